import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import type { Shape4D } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';
import {
  activate,
  activationGradient,
  checkChannels,
  exceptChannels,
  type BatchNormGradients,
  type BatchNormOptions,
  type BatchNormSettings,
} from './batch-norm.ts';

/** What a batch norm found in its batch; the caller owns both. */
export type BatchNormStatistics = {
  /** `[C]`: the batch's mean; no gradient flows through it. */
  readonly mean: tf.Tensor1D;
  /** `[C]`: the batch's unbiased variance (n / (n - 1)), which running averages take; no gradient. */
  readonly variance: tf.Tensor1D;
};

/** What `batchNormTraining` returns; the caller owns all three. */
export interface BatchNormTrainingResult extends BatchNormStatistics {
  /** Like x. */
  readonly output: tf.Tensor4D;
}

/**
 * What `forward` saves for `gradient`: two vectors whose meaning and length are the backend's own
 * (mean and inverse standard deviation in the reference implementation). A backend that replaces one
 * of the two functions therefore replaces both.
 */
export type BatchNormSaved = readonly [tf.Tensor1D, tf.Tensor1D];

/** What the forward kernel returns. */
export interface BatchNormForward extends BatchNormTrainingResult {
  readonly saved: BatchNormSaved;
}

/** What backends replace of `batchNormTraining`: x `[N, H, W, C]`, scale and offset `[C]`. */
export interface BatchNormTrainingKernels {
  readonly forward: (
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    offset: tf.Tensor1D,
    settings: BatchNormSettings,
  ) => BatchNormForward;
  /** `output` is the forward pass's, given where the activation is ReLU. */
  readonly gradient: (
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    saved: BatchNormSaved,
    output: tf.Tensor4D | undefined,
    settings: BatchNormSettings,
  ) => BatchNormGradients;
}

/** The kernels of `batchNormTraining`. */
export const batchNormTrainingKernels: KernelSet<BatchNormTrainingKernels> =
  /* @__PURE__ */ new KernelSet<BatchNormTrainingKernels>({ forward, gradient });

function forward(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { epsilon, activation }: BatchNormSettings,
): BatchNormForward {
  return tf.tidy(() => {
    const count = x.size / x.shape[3];
    const mean = tf.mean<tf.Tensor1D>(x, exceptChannels);
    const centred = tf.sub(x, mean);
    const biased = tf.mean(tf.square(centred), exceptChannels);
    const inverseStd = tf.rsqrt<tf.Tensor1D>(tf.add(biased, epsilon));
    const factor = tf.mul(scale, inverseStd);
    const saved: [tf.Tensor1D, tf.Tensor1D] = [tf.clone(mean), inverseStd];
    return {
      output: activate(tf.add(tf.mul(centred, factor), offset), activation),
      mean,
      variance: tf.mul<tf.Tensor1D>(biased, count / (count - 1)),
      saved,
    };
  });
}

/**
 * Ioffe and Szegedy 2015, with the sums over the batch taken once:
 * `dx = scale * inverseStd * (dy - mean(dy) - normalised * mean(dy * normalised))`.
 */
function gradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, inverseStd]: BatchNormSaved,
  output: tf.Tensor4D | undefined,
  { activation }: BatchNormSettings,
): BatchNormGradients {
  return tf.tidy(() => {
    const upstream = activationGradient(dy, output, activation);
    const count = x.size / x.shape[3];
    const normalised = tf.mul(tf.sub(x, mean), inverseStd);
    const scaleGradient = tf.sum<tf.Tensor1D>(tf.mul(upstream, normalised), exceptChannels);
    const offsetGradient = tf.sum<tf.Tensor1D>(upstream, exceptChannels);
    const correction = tf.add(
      tf.mul(normalised, tf.div(scaleGradient, count)),
      tf.div(offsetGradient, count),
    );
    return {
      x: tf.mul<tf.Tensor4D>(tf.sub(upstream, correction), tf.mul(scale, inverseStd)),
      scale: scaleGradient,
      offset: offsetGradient,
    };
  });
}

/** @throws {KernelError} SHAPE_MISMATCH unless each channel has several values, so a variance */
export function checkSeveral(operation: string, shape: Shape4D): void {
  const [batch, height, width] = shape;
  if (batch * height * width > 1) return;
  throw new KernelError(
    'SHAPE_MISMATCH',
    `${operation}: expected more than one value per channel, received [${shape.join(', ')}]`,
    { hint: 'Use larger images or batches, or batchNormInference.' },
  );
}

/** x, scale, two tensors that tell of the statistics, and the output where ReLU's gradient needs it. */
type Saved = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor4D?];

/**
 * Normalises each channel of x `[N, H, W, C]` by the batch's own statistics (with the biased
 * variance), then scales and shifts it by scale and offset `[C]` (Ioffe and Szegedy 2015; torch's
 * `batch_norm(training=True)`). The caller owns all three results, inside a `tidy` as outside, and
 * applies them to its running averages. Differentiable in x, scale and offset.
 *
 * @throws {KernelError} SHAPE_MISMATCH when scale or offset is not `[C]`, or there is only one value
 *   per channel
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
  let statistics: BatchNormStatistics;
  const [output] = differentiable({
    inputs: { x, scale, offset },
    forward: (save: (tensors: Saved) => void, saveAuxiliary): [tf.Tensor4D] => {
      const kernels = batchNormTrainingKernels.active();
      const { saved, ...result } = kernels.forward(x, scale, offset, settings);
      save(activation === 'relu' ? [x, scale, ...saved, result.output] : [x, scale, ...saved]);
      statistics = result;
      saveAuxiliary(result.mean, result.variance);
      return [result.output];
    },
    backward: ([dy], [savedX, savedScale, first, second, savedOutput]) => {
      // All three at once: the sums over the batch are shared.
      const gradients = batchNormTrainingKernels
        .active()
        .gradient(dy, savedX, savedScale, [first, second], savedOutput, settings);
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
