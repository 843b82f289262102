import type * as tf from '@tensorflow/tfjs-core';

import { runElementwise } from './elementwise.ts';

/** `AddReluKernels.forward` by WGSL programs. */
export function forward<T extends tf.Tensor>(a: T, b: T): T {
  return runElementwise<T>({
    name: 'add_relu',
    inputs: { a, b },
    shape: a.shape,
    size: a.size,
    value: 'max(a[index] + b[index], 0.0)',
  });
}
