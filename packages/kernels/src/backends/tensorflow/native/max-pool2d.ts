import type { PoolGeometry } from '../../../geometry.ts';
import type { MaxPool2dKernels } from '../../../ops/max-pool2d.ts';
import { integer, type } from '../attributes.ts';
import type { Attribute } from '../backend.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

/** Max pooling that takes its padding, so that no image is padded first. */
export function createMaxPool2d({ dtype, run }: Executor): Implementation<MaxPool2dKernels> {
  function attributes({ kernelSize, stride, padding }: PoolGeometry): Attribute[] {
    return [
      type('T', dtype),
      integer('size', kernelSize),
      integer('stride', stride),
      integer('padding', padding),
    ];
  }

  return {
    forward: {
      isSupported,
      run: (x, geometry) => run(opNames.maxPool2d, attributes(geometry), [x]),
    },
    gradient: {
      isSupported,
      run: (dy, x, output, geometry) =>
        run(opNames.maxPool2dGradient, attributes(geometry), [dy, x, output]),
    },
  };
}
