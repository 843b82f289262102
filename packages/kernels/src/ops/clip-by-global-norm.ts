import * as tf from '@tensorflow/tfjs-core';

import { KernelSet } from '../kernel-set.ts';

/** What backends replace of `clipByGlobalNorm`. */
export interface ClipByGlobalNormKernels {
  readonly forward: (gradients: readonly tf.Tensor[], maxNorm: number) => tf.Tensor[];
}

/** The kernels of `clipByGlobalNorm`. */
export const clipByGlobalNormKernels: KernelSet<ClipByGlobalNormKernels> =
  /* @__PURE__ */ new KernelSet<ClipByGlobalNormKernels>({
    forward: (gradients, maxNorm) =>
      tf.tidy(() => {
        const squares = gradients.map((gradient) => tf.sum(tf.mul(gradient, gradient)));
        const norm = tf.sqrt(tf.addN(squares));
        const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
        return gradients.map((gradient) => tf.mul(gradient, factor));
      }),
  });

/**
 * torch.nn.utils.clip_grad_norm_ without its in-place: the gradients, of any shapes, times
 * `min(1, maxNorm / (norm + 1e-6))`, where `norm` is that of all of them together. At least one
 * gradient. The caller owns the results; the gradients stay its own.
 */
export function clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  return clipByGlobalNormKernels.active().forward(gradients, maxNorm);
}
