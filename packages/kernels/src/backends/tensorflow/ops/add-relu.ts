import * as tf from '@tensorflow/tfjs-core';

import type { AddReluKernels } from '../../../ops/add-relu.ts';
import { type } from '../attributes.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';

/** Two passes. */
export function createAddRelu({ dtype, run }: Executor): Implementation<AddReluKernels> {
  return {
    forward: {
      run<T extends tf.Tensor>(a: T, b: T): T {
        const sum = run('AddV2', [type('T', dtype)], [a, b]);
        const output = run<T>('Relu', [type('T', dtype)], [sum]);
        tf.dispose(sum);
        return output;
      },
    },
  };
}
