import * as tf from '@tensorflow/tfjs-core';

import { poolOutputSize, type AveragePoolGeometry, type Shape4D } from '../../geometry.ts';

/** How many pixels each window of one edge counts, by torch's rules (ATen's `avg_pool2d`). */
function windowCounts(input: number, geometry: AveragePoolGeometry): number[] {
  const { kernelSize, stride, padding, countIncludePad } = geometry;
  return Array.from({ length: poolOutputSize(input, geometry) }, (_, i) => {
    const start = i * stride - padding;
    const end = Math.min(start + kernelSize, input + padding);
    return countIncludePad ? end - start : Math.min(end, input) - Math.max(start, 0);
  });
}

/**
 * `[1, Ho, Wo, 1]`: what an average over full windows must be multiplied by where windows at the
 * edges count fewer pixels; undefined where none does. The caller disposes it.
 */
export function averageDivisors(
  [, height, width]: Shape4D,
  geometry: AveragePoolGeometry,
): tf.Tensor4D | undefined {
  const rows = windowCounts(height, geometry);
  const columns = windowCounts(width, geometry);
  const full = geometry.kernelSize;
  if (rows.every((count) => count === full) && columns.every((count) => count === full)) {
    return undefined;
  }
  const factors = rows.flatMap((r) => columns.map((c) => (full * full) / (r * c)));
  return tf.tensor4d(factors, [1, rows.length, columns.length, 1]);
}
