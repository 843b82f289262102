import * as tf from '@tensorflow/tfjs-core';

/**
 * Scales gradients so that their norm, taken over all of them together, is at most `maxNorm`: the
 * rule of `torch.nn.utils.clip_grad_norm_`, factor `min(1, maxNorm / (norm + 1e-6))`. The norm
 * stays on the device. Returns new tensors that the caller owns, and disposes none.
 */
export function clipByGlobalNorm(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): Map<string, tf.Tensor> {
  const factor = tf.tidy(() => {
    const squares = [...gradients.values()].map((g) => tf.sum(tf.mul(g, g)));
    const norm = tf.sqrt(tf.addN(squares));
    return tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
  });
  const clipped = new Map<string, tf.Tensor>();
  for (const [path, gradient] of gradients) clipped.set(path, tf.mul(gradient, factor));
  factor.dispose();
  return clipped;
}
