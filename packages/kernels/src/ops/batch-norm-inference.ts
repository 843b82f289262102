import * as tf from '@tensorflow/tfjs-core';

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

/** What backends replace of `batchNormInference`: x `[N, H, W, C]`, the vectors `[C]`. */
export interface BatchNormInferenceKernels {
  readonly forward: (
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    offset: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    settings: BatchNormSettings,
  ) => tf.Tensor4D;
  /** With mean and variance as constants (frozen statistics); `output` is given with ReLU. */
  readonly gradient: (
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    output: tf.Tensor4D | undefined,
    settings: BatchNormSettings,
  ) => BatchNormGradients;
}

/** The kernels of `batchNormInference`. */
export const batchNormInferenceKernels: KernelSet<BatchNormInferenceKernels> =
  /* @__PURE__ */ new KernelSet<BatchNormInferenceKernels>({ forward, gradient });

function forward(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  { epsilon, activation }: BatchNormSettings,
): tf.Tensor4D {
  return tf.tidy(() => {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    const shift = tf.sub(offset, tf.mul(mean, factor));
    return activate(tf.add(tf.mul<tf.Tensor4D>(x, factor), shift), activation);
  });
}

function gradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  output: tf.Tensor4D | undefined,
  { epsilon, activation }: BatchNormSettings,
): BatchNormGradients {
  return tf.tidy(() => {
    const upstream = activationGradient(dy, output, activation);
    const inverseStd = tf.rsqrt(tf.add(variance, epsilon));
    const normalised = tf.mul(tf.sub(x, mean), inverseStd);
    return {
      x: tf.mul<tf.Tensor4D>(upstream, tf.mul(scale, inverseStd)),
      scale: tf.sum<tf.Tensor1D>(tf.mul(upstream, normalised), exceptChannels),
      offset: tf.sum<tf.Tensor1D>(upstream, exceptChannels),
    };
  });
}

/** x, scale, mean, variance, and the output where ReLU's gradient needs it. */
type Saved = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor4D?];

/**
 * Normalises each channel of x `[N, H, W, C]` by given mean and variance `[C]`:
 * `(x - mean) / sqrt(variance + epsilon) * scale + offset`. Differentiable in x, scale and offset;
 * the statistics are constants. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when one of the four vectors is not `[C]`
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
      const result = batchNormInferenceKernels
        .active()
        .forward(x, scale, offset, mean, variance, settings);
      save(activation === 'relu' ? [x, scale, mean, variance, result] : [x, scale, mean, variance]);
      return [result];
    },
    backward: ([dy], [savedX, savedScale, savedMean, savedVariance, savedOutput]) => {
      const gradients = batchNormInferenceKernels
        .active()
        .gradient(dy, savedX, savedScale, savedMean, savedVariance, savedOutput, settings);
      return {
        x: () => gradients.x,
        scale: () => gradients.scale,
        offset: () => gradients.offset,
      };
    },
  });
  return output;
}
