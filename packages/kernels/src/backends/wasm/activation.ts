import type * as tf from '@tensorflow/tfjs-core';

import { simd } from './simd.ts';

export function reluGradient<T extends tf.Tensor>(dy: T, output: T): T {
  const { kernels, address, allocate } = simd();
  const dx = allocate<T>(dy.shape);
  kernels.reluGradient(address(dy), address(output), address(dx), dy.size);
  return dx;
}

export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  const { kernels, address, allocate } = simd();
  const y = allocate<T>(a.shape);
  kernels.addRelu(address(a), address(b), address(y), a.size);
  return y;
}
