import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormForward,
  BatchNormGradients,
  BatchNormSaved,
  BatchNormSettings,
} from '../../primitives.ts';
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
  return activation === 'relu' ? reluGradient(dy, output!) : dy;
}

export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  settings: BatchNormSettings,
): BatchNormForward {
  return tf.tidy(() => {
    const count = x.size / x.shape[3];
    const mean = tf.mean<tf.Tensor1D>(x, exceptChannels);
    const centred = tf.sub(x, mean);
    const biased = tf.mean(tf.square(centred), exceptChannels);
    const inverseDeviation = tf.rsqrt<tf.Tensor1D>(tf.add(biased, settings.epsilon));
    const factor = tf.mul(scale, inverseDeviation);
    const saved: [tf.Tensor1D, tf.Tensor1D] = [tf.clone(mean), inverseDeviation];
    return {
      output: activate(tf.add(tf.mul(centred, factor), offset), settings),
      mean,
      variance: tf.mul<tf.Tensor1D>(biased, count / (count - 1)),
      saved,
    };
  });
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
    const scaleGradient = tf.sum<tf.Tensor1D>(tf.mul(upstream, normalised), exceptChannels);
    const offsetGradient = tf.sum<tf.Tensor1D>(upstream, exceptChannels);
    const correction = tf.add(
      tf.mul(normalised, tf.div(scaleGradient, count)),
      tf.div(offsetGradient, count),
    );
    return {
      x: tf.mul<tf.Tensor4D>(tf.sub(upstream, correction), tf.mul(scale, inverseDeviation)),
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
    return activate(tf.add(tf.mul<tf.Tensor4D>(x, factor), shift), settings);
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
      x: tf.mul<tf.Tensor4D>(upstream, tf.mul(scale, inverseDeviation)),
      scale: tf.sum<tf.Tensor1D>(tf.mul(upstream, normalised), exceptChannels),
      offset: tf.sum<tf.Tensor1D>(upstream, exceptChannels),
    };
  });
}
