import * as tf from '@tensorflow/tfjs-core';

/** Label smoothing as torch has it: targets become `(1 - s) * target + s / K`. */
function smoothTargets(targets: tf.Tensor2D, labelSmoothing: number): tf.Tensor2D {
  if (labelSmoothing === 0) return targets;
  return tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / targets.shape[1]);
}

export function softmaxCrossEntropy(
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
