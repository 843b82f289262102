import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormForward,
  BatchNormGradients,
  BatchNormSaved,
  BatchNormSettings,
} from '../primitives.ts';
import { reluGradient } from './activation.ts';

const exceptChannels = [0, 1, 2];

function activate(x: tf.Tensor4D, { activation }: BatchNormSettings): tf.Tensor4D {
  return activation === 'relu' ? tf.relu(x) : x;
}

function deactivate(
  dy: tf.Tensor4D,
  output: tf.Tensor4D | undefined,
  { activation }: BatchNormSettings,
): tf.Tensor4D {
  return activation === 'relu' ? (reluGradient(dy, output!) as tf.Tensor4D) : dy;
}

export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  settings: BatchNormSettings,
): BatchNormForward {
  const [output, mean, variance, savedMean, inverse] = tf.tidy(() => {
    const count = x.size / x.shape[3];
    const batchMean = tf.mean(x, exceptChannels) as tf.Tensor1D;
    const centred = tf.sub(x, batchMean);
    const biased = tf.mean(tf.square(centred), exceptChannels) as tf.Tensor1D;
    const inverseDeviation = tf.rsqrt(tf.add(biased, settings.epsilon)) as tf.Tensor1D;
    const normalised = tf.add(tf.mul(centred, tf.mul(scale, inverseDeviation)), offset);
    return [
      activate(normalised as tf.Tensor4D, settings),
      batchMean,
      tf.mul(biased, count / (count - 1)) as tf.Tensor1D,
      tf.clone(batchMean),
      inverseDeviation,
    ] as const satisfies tf.Tensor[];
  }) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  return { output, mean, variance, saved: [savedMean, inverse] };
}

/**
 * Ioffe and Szegedy 2015, with the sums over the batch taken once:
 * `dx = scale * inverse * (dy - mean(dy) - normalised * mean(dy * normalised))`.
 */
export function batchNormGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, inverseDeviation]: BatchNormSaved,
  output: tf.Tensor4D | undefined,
  settings: BatchNormSettings,
): BatchNormGradients {
  return tf.tidy(() => {
    const upstream = deactivate(dy, output, settings);
    const count = x.size / x.shape[3];
    const normalised = tf.mul(tf.sub(x, mean), inverseDeviation);
    const scaleGradient = tf.sum(tf.mul(upstream, normalised), exceptChannels) as tf.Tensor1D;
    const offsetGradient = tf.sum(upstream, exceptChannels) as tf.Tensor1D;
    const correction = tf.add(
      tf.mul(normalised, tf.div(scaleGradient, count)),
      tf.div(offsetGradient, count),
    );
    return {
      x: tf.mul(tf.sub(upstream, correction), tf.mul(scale, inverseDeviation)) as tf.Tensor4D,
      scale: scaleGradient,
      offset: offsetGradient,
    };
  });
}

export function batchNormInference(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  settings: BatchNormSettings,
): tf.Tensor4D {
  return tf.tidy(() => {
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, settings.epsilon)));
    const shift = tf.sub(offset, tf.mul(mean, factor));
    return activate(tf.add(tf.mul(x, factor), shift) as tf.Tensor4D, settings);
  });
}

export function batchNormInferenceGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  output: tf.Tensor4D | undefined,
  settings: BatchNormSettings,
): BatchNormGradients {
  return tf.tidy(() => {
    const upstream = deactivate(dy, output, settings);
    const inverseDeviation = tf.rsqrt(tf.add(variance, settings.epsilon));
    const normalised = tf.mul(tf.sub(x, mean), inverseDeviation);
    return {
      x: tf.mul(upstream, tf.mul(scale, inverseDeviation)) as tf.Tensor4D,
      scale: tf.sum(tf.mul(upstream, normalised), exceptChannels) as tf.Tensor1D,
      offset: tf.sum(upstream, exceptChannels) as tf.Tensor1D,
    };
  });
}
