import type * as tf from '@tensorflow/tfjs-core';

import { simd } from './simd.ts';

/** `AddReluKernels.forward` by a SIMD kernel. */
export function forward<T extends tf.Tensor>(a: T, b: T): T {
  const { kernels, address, allocate } = simd();
  const y = allocate<T>(a.shape);
  kernels.addRelu(address(a), address(b), address(y), a.size);
  return y;
}
