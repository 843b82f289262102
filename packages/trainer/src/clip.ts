import * as kernels from '@resnet/kernels';
import type * as tf from '@tensorflow/tfjs-core';

/**
 * Scales gradients so that their norm, taken over all of them together, is at most `maxNorm`: the
 * rule of `torch.nn.utils.clip_grad_norm_`, factor `min(1, maxNorm / (norm + 1e-6))`. The norm
 * stays on the device. Returns new tensors that the caller owns, and disposes none.
 */
export function clipByGlobalNorm(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): Map<string, tf.Tensor> {
  if (gradients.size === 0) return new Map();
  const clipped = kernels.clipByGlobalNorm([...gradients.values()], maxNorm);
  return new Map([...gradients.keys()].map((path, i) => [path, clipped[i]!]));
}
