import type * as tf from '@tensorflow/tfjs-core';

import { runElementwise } from './elementwise.ts';

/** `ReluKernels.gradient` by WGSL programs. */
export function gradient<T extends tf.Tensor>(dy: T, output: T): T {
  return runElementwise<T>({
    name: 'relu_gradient',
    inputs: { dy, y: output },
    shape: dy.shape,
    size: dy.size,
    value: 'select(0.0, dy[index], y[index] > 0.0)',
  });
}
