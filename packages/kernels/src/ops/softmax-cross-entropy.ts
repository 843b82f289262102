import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import { checkRank, checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/** As torch's `cross_entropy` takes it. */
export interface SoftmaxCrossEntropyOptions {
  /** Fraction of each target spread evenly over all classes, in [0, 1). Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * `-sum_k t_k log softmax(logits)_k` of each example, `[N]`, with targets (one-hot or soft) and
 * logits `[N, K]`; with smoothing s, `t_k = (1 - s) target_k + s / K` (torch's `cross_entropy` with
 * class probabilities and `reduction='none'`). Differentiable in the logits; targets are constants.
 * The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes differ, OPTION_INVALID when the smoothing is
 *   outside [0, 1)
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
      'OPTION_INVALID',
      `softmaxCrossEntropy: expected labelSmoothing in [0, 1), received ${labelSmoothing}`,
    );
  }
  const [output] = differentiable({
    inputs: { logits },
    forward: (save: (tensors: [tf.Tensor2D]) => void): [tf.Tensor1D] => {
      const { loss, gradient } = lossAndGradient(logits, targets, labelSmoothing);
      save([gradient]);
      return [loss];
    },
    backward: ([dy], [gradient]) => ({
      logits: () => tf.mul(gradient, tf.expandDims(dy, 1)),
    }),
  });
  return output;
}

function lossAndGradient(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  labelSmoothing: number,
): { readonly loss: tf.Tensor1D; readonly gradient: tf.Tensor2D } {
  return tf.tidy(() => {
    const smoothed = smoothTargets(targets, labelSmoothing);
    const logProbabilities = tf.logSoftmax(logits);
    // Soft targets need not sum to 1: d/dlogits -sum(t * logSoftmax) = softmax * sum(t) - t.
    const mass = tf.sum(smoothed, 1, true);
    return {
      loss: tf.neg<tf.Tensor1D>(tf.sum(tf.mul(smoothed, logProbabilities), 1)),
      gradient: tf.sub<tf.Tensor2D>(tf.mul(tf.exp(logProbabilities), mass), smoothed),
    };
  });
}

/** Label smoothing as torch has it: targets become `(1 - s) * target + s / K`. */
function smoothTargets(targets: tf.Tensor2D, labelSmoothing: number): tf.Tensor2D {
  if (labelSmoothing === 0) return targets;
  return tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / targets.shape[1]);
}
