import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import { checkRank, checkShape } from '../geometry.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

export interface SoftmaxCrossEntropyOptions {
  /** Share of each target spread evenly over all classes, in [0, 1). */
  readonly labelSmoothing?: number;
}

/**
 * `-sum_k t_k log softmax(logits)_k` of each example, `[N]`, with targets (one-hot or soft) and
 * logits `[N, K]`; with smoothing s, `t_k = (1 - s) target_k + s / K` (torch's `cross_entropy` with
 * class probabilities and `reduction='none'`). Differentiable in the logits; targets are constants.
 *
 * @throws KernelError if the shapes differ or the smoothing is outside [0, 1)
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  { labelSmoothing = 0 }: SoftmaxCrossEntropyOptions = {},
): tf.Tensor1D {
  checkRank('softmaxCrossEntropy', 'logits', logits.shape, 2);
  checkShape('softmaxCrossEntropy', 'targets', targets.shape, logits.shape);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new KernelError(
      'INVALID_OPTION',
      'softmaxCrossEntropy',
      `expected labelSmoothing in [0, 1), received ${labelSmoothing}`,
    );
  }
  const [output] = differentiable({
    inputs: { logits },
    forward: (save: (tensors: [tf.Tensor2D]) => void): [tf.Tensor1D] => {
      const { loss, gradient } = primitives().softmaxCrossEntropy(logits, targets, labelSmoothing);
      save([gradient]);
      return [loss];
    },
    backward: ([dy], [gradient]) => ({
      logits: () => tf.mul(gradient, tf.expandDims(dy, 1)),
    }),
  });
  return output;
}
