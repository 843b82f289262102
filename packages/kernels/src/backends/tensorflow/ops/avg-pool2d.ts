import type { AveragePoolGeometry } from '../../../geometry.ts';
import type { AvgPool2dKernels } from '../../../ops/avg-pool2d.ts';
import { vector } from '../constants.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { poolAttributes } from './pool-attributes.ts';

/** Whether TensorFlow's windows are torch's. */
function isPlain({ padding, ceilMode }: AveragePoolGeometry): boolean {
  return padding === 0 && !ceilMode;
}

/** The gradient needs no image of zeros, as tfjs's does. */
export function createAvgPool2d({ dtype, run }: Executor): Implementation<AvgPool2dKernels> {
  return {
    forward: {
      isSupported: (_, geometry) => isPlain(geometry),
      run: (x, geometry) => run('AvgPool', poolAttributes(geometry, 'VALID', dtype), [x]),
    },
    gradient: {
      isSupported: (_, __, geometry) => isPlain(geometry),
      run(dy, inputShape, geometry) {
        const attributes = poolAttributes(geometry, 'VALID', dtype);
        return run('AvgPoolGrad', attributes, [vector(inputShape), dy]);
      },
    },
  };
}
