import * as tf from '@tensorflow/tfjs-core';
import { releaseTape, softmaxCrossEntropy } from '@resnet/kernels';
import type { Random } from '@resnet/random';

import { type Batch, targetsOf } from '../data.ts';
import type { BatchStatistics, TrainableModel } from '../model.ts';

export interface BackwardOptions {
  readonly imageShape: readonly [number, number, number];
  readonly classes: number;
  readonly labelSmoothing: number;
  readonly freezeBatchNorm: readonly string[];
  readonly gradientCheckpointing: boolean;
  readonly random: Random;
  /** The factor on each example's loss: 1 / N for the mean. */
  readonly weight: number;
}

/** All tensors belong to the caller. */
export interface BackwardResult {
  /** Of `weight` times the sum of the losses. */
  readonly gradients: Map<string, tf.Tensor>;
  readonly statistics: Map<string, BatchStatistics>;
  /** `[N]`, unweighted. */
  readonly losses: tf.Tensor;
  /** `[N, K]`. */
  readonly logits: tf.Tensor2D;
}

/**
 * Forward and backward pass over a batch, with gradients by the given parameters alone. The
 * intermediate activations that the tape holds are freed before it returns.
 */
export function backward(
  model: TrainableModel,
  parameters: ReadonlyMap<string, tf.Variable>,
  batch: Batch,
  options: BackwardOptions,
): BackwardResult {
  const { imageShape, classes, labelSmoothing, weight } = options;
  const { freezeBatchNorm, gradientCheckpointing, random } = options;
  const statistics = new Map<string, BatchStatistics>();
  const kept: tf.Tensor[] = [];
  let logits: tf.Tensor2D | undefined;
  try {
    const { value, grads } = tf.tidy(() => {
      const images = tf.tensor4d(batch.images, [batch.size, ...imageShape]);
      const targets = tf.tensor2d(targetsOf(batch, classes), [batch.size, classes]);
      const forward = (): tf.Tensor => {
        logits = model.forward(images, {
          training: true,
          batchStatistics: statistics,
          freezeBatchNorm,
          gradientCheckpointing,
          random,
        });
        // The tape's own scope would free what it does not return.
        kept.push(tf.keep(logits));
        return softmaxCrossEntropy(logits, targets, { labelSmoothing });
      };
      const keepingStatistics = (): tf.Tensor => {
        try {
          return forward();
        } finally {
          for (const s of statistics.values()) kept.push(tf.keep(s.mean), tf.keep(s.variance));
        }
      };
      // valueAndGrads seeds the losses' own gradient, so that their mean need not be on the tape.
      const differentiate = tf.valueAndGrads(keepingStatistics);
      const dy = tf.mul(tf.ones([batch.size]), weight);
      return differentiate([...parameters.values()], dy);
    });
    const gradients = new Map([...parameters.keys()].map((path, i) => [path, grads[i]!]));
    return { gradients, statistics, losses: value, logits: logits! };
  } catch (error) {
    tf.dispose(kept);
    releaseTape();
    throw error;
  }
}
