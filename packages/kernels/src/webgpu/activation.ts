import type * as tf from '@tensorflow/tfjs-core';

import { runProgram } from './backend.ts';

/** A program of one line over tensors of one shape. */
function elementwise<T extends tf.Tensor>(
  name: string,
  inputs: Record<string, T>,
  like: T,
  expression: string,
): T {
  return runProgram<T>({
    name,
    inputs,
    integers: { count: like.size },
    outputShape: like.shape,
    threads: like.size,
    code: `
      fn main(index : i32) {
        if (index < uniforms.count) {
          result[index] = ${expression};
        }
      }
    `,
  });
}

export function reluGradient<T extends tf.Tensor>(dy: T, output: T): T {
  const inputs = { dy, y: output };
  return elementwise('relu_gradient', inputs, dy, 'select(0.0, dy[index], y[index] > 0.0)');
}

export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  return elementwise('add_relu', { a, b }, a, 'max(a[index] + b[index], 0.0)');
}
