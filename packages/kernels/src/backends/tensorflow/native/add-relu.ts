import type { AddReluKernels } from '../../../ops/add-relu.ts';
import { type } from '../attributes.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

/** Sum and ReLU in one pass. */
export function createAddRelu({ dtype, run }: Executor): Implementation<AddReluKernels> {
  return {
    forward: { isSupported, run: (a, b) => run(opNames.addRelu, [type('T', dtype)], [a, b]) },
  };
}
