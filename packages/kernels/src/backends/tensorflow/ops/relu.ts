import type { ReluKernels } from '../../../ops/relu.ts';
import { type } from '../attributes.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';

/** tfjs's own gradient is `Step` and `Mul`, five ops; it took 15-20 % of a training step. */
export function createRelu({ dtype, run }: Executor): Implementation<ReluKernels> {
  return {
    forward: { run: (x) => run('Relu', [type('T', dtype)], [x]) },
    gradient: { run: (dy, output) => run('ReluGrad', [type('T', dtype)], [dy, output]) },
  };
}
