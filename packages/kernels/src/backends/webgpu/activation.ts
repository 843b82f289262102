import type * as tf from '@tensorflow/tfjs-core';

import { runElementwise } from './elementwise.ts';

export function reluGradient<T extends tf.Tensor>(dy: T, output: T): T {
  return runElementwise<T>({
    name: 'relu_gradient',
    inputs: { dy, y: output },
    shape: dy.shape,
    size: dy.size,
    value: 'select(0.0, dy[index], y[index] > 0.0)',
  });
}

export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  return runElementwise<T>({
    name: 'add_relu',
    inputs: { a, b },
    shape: a.shape,
    size: a.size,
    value: 'max(a[index] + b[index], 0.0)',
  });
}
