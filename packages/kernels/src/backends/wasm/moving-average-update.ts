import type * as tf from '@tensorflow/tfjs-core';

import type { MovingAverage } from '../../ops/moving-average-update.ts';
import { replaceVariable } from './replace-variable.ts';
import { simd } from './simd.ts';

/** `MovingAverageKernels.update` by a SIMD kernel. */
export function update(pairs: readonly MovingAverage[], weight: number): void {
  const { kernels, address, allocate } = simd();
  for (const { average, value } of pairs) {
    const next = allocate<tf.Tensor>(average.shape);
    kernels.movingAverage(address(average), address(value), address(next), average.size, weight);
    replaceVariable(average, next);
  }
}
