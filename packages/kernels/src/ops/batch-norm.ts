import type * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import { checkRank, checkShape, type Shape4D } from '../geometry.ts';
import type { Activation } from '../activation.ts';
import type { BatchNormSettings } from '../primitives.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

export interface BatchNormOptions {
  /** Added to the variance before the root is taken; 1e-5 in torch. */
  readonly epsilon: number;
  /** `'relu'` applies it in the same pass, which saves a pass over memory and an activation kept. */
  readonly activation?: Activation;
}

export interface BatchNormTrainingResult {
  /** Like x. */
  readonly output: tf.Tensor4D;
  /** `[C]`: the batch's mean; no gradient flows through it. */
  readonly mean: tf.Tensor1D;
  /** `[C]`: the batch's unbiased variance (n / (n - 1)), which running averages take; no gradient. */
  readonly variance: tf.Tensor1D;
}

/** x, scale, two tensors that tell of the statistics, and the output where ReLU's gradient needs it. */
type Saved = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor4D?];

function checkChannels(
  operation: string,
  x: tf.Tensor4D,
  tensors: Record<string, tf.Tensor>,
): void {
  checkRank(operation, 'x', x.shape, 4);
  for (const [name, tensor] of Object.entries(tensors)) {
    checkShape(operation, name, tensor.shape, [x.shape[3]]);
  }
}

/** Throws unless each channel has several values, whose variance there is. */
export function checkSeveral(operation: string, shape: Shape4D): void {
  const [batch, height, width] = shape;
  if (batch * height * width > 1) return;
  throw new KernelError(
    'SHAPE_MISMATCH',
    operation,
    `expected more than one value per channel, received [${shape.join(', ')}]; ` +
      'use larger images or batches, or batchNormInference',
  );
}

/**
 * Normalises each channel of x `[N, H, W, C]` by the batch's own statistics (with the biased
 * variance), then scales and shifts it by scale and offset `[C]` (Ioffe and Szegedy 2015; torch's
 * `batch_norm(training=True)`). The caller owns all three results, inside a `tidy` as outside, and
 * applies them to its running averages. Differentiable in x, scale and offset.
 *
 * @throws KernelError if scale or offset is not `[C]`, or there is one value per channel only
 */
export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { epsilon, activation = 'none' }: BatchNormOptions,
): BatchNormTrainingResult {
  checkChannels('batchNormTraining', x, { scale, offset });
  checkSeveral('batchNormTraining', x.shape);
  const settings: BatchNormSettings = { epsilon, activation };
  let statistics: Pick<BatchNormTrainingResult, 'mean' | 'variance'>;
  const [output] = differentiable({
    inputs: { x, scale, offset },
    forward: (save: (tensors: Saved) => void, aside): [tf.Tensor4D] => {
      const { saved, ...result } = primitives().batchNormTraining(x, scale, offset, settings);
      save(activation === 'relu' ? [x, scale, ...saved, result.output] : [x, scale, ...saved]);
      statistics = result;
      aside(result.mean, result.variance);
      return [result.output];
    },
    backward: ([dy], [savedX, savedScale, first, second, savedOutput]) => {
      // All three at once: the sums over the batch are shared.
      const gradients = primitives().batchNormGradient(
        dy,
        savedX,
        savedScale,
        [first, second],
        savedOutput,
        settings,
      );
      return {
        x: () => gradients.x,
        scale: () => gradients.scale,
        offset: () => gradients.offset,
      };
    },
  });
  const { mean, variance } = statistics!;
  return { output, mean, variance };
}

/**
 * Normalises each channel of x `[N, H, W, C]` by given mean and variance `[C]`:
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset`. Differentiable in x, scale and offset;
 * the statistics are constants.
 *
 * @throws KernelError if one of the four is not `[C]`
 */
export function batchNormInference(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  { epsilon, activation = 'none' }: BatchNormOptions,
): tf.Tensor4D {
  checkChannels('batchNormInference', x, { scale, offset, mean, variance });
  const settings: BatchNormSettings = { epsilon, activation };
  const [output] = differentiable({
    inputs: { x, scale, offset },
    forward: (save: (tensors: Saved) => void): [tf.Tensor4D] => {
      const result = primitives().batchNormInference(x, scale, offset, mean, variance, settings);
      save(activation === 'relu' ? [x, scale, mean, variance, result] : [x, scale, mean, variance]);
      return [result];
    },
    backward: ([dy], [savedX, savedScale, savedMean, savedVariance, savedOutput]) => {
      const gradients = primitives().batchNormInferenceGradient(
        dy,
        savedX,
        savedScale,
        savedMean,
        savedVariance,
        savedOutput,
        settings,
      );
      return {
        x: () => gradients.x,
        scale: () => gradients.scale,
        offset: () => gradients.offset,
      };
    },
  });
  return output;
}
