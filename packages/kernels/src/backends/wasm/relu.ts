import type * as tf from '@tensorflow/tfjs-core';

import { simd } from './simd.ts';

/** `ReluKernels.gradient` by a SIMD kernel. */
export function gradient<T extends tf.Tensor>(dy: T, output: T): T {
  const { kernels, address, allocate } = simd();
  const dx = allocate<T>(dy.shape);
  kernels.reluGradient(address(dy), address(output), address(dx), dy.size);
  return dx;
}
