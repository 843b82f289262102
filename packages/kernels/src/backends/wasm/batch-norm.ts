import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormForward,
  BatchNormGradients,
  BatchNormSaved,
  BatchNormSettings,
} from '../../primitives.ts';
import { simd } from './simd.ts';

/** The kernels see a matrix of pixels by channels, and need room for two float64 a channel. */
function matrix({ shape, size }: tf.Tensor4D): { rows: number; channels: number; scratch: number } {
  const channels = shape[3];
  return { rows: size / channels, channels, scratch: 4 * channels };
}

export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { epsilon, activation }: BatchNormSettings,
): BatchNormForward {
  const { kernels, address, allocate } = simd();
  const { rows, channels, scratch: size } = matrix(x);
  const output = allocate<tf.Tensor4D>(x.shape);
  const mean = allocate<tf.Tensor1D>([channels]);
  const variance = allocate<tf.Tensor1D>([channels]);
  const inverse = allocate<tf.Tensor1D>([channels]);
  const scratch = allocate<tf.Tensor1D>([size]);
  kernels.batchNormTraining(
    address(x),
    address(scale),
    address(offset),
    address(output),
    address(mean),
    address(variance),
    address(inverse),
    address(scratch),
    rows,
    channels,
    epsilon,
    Number(activation === 'relu'),
  );
  scratch.dispose();
  return { output, mean, variance, saved: [tf.clone(mean), inverse] };
}

export function batchNormGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, inverse]: BatchNormSaved,
  output: tf.Tensor4D | undefined,
  { activation }: BatchNormSettings,
): BatchNormGradients {
  const { kernels, address, allocate } = simd();
  const { rows, channels, scratch: size } = matrix(x);
  const gradients = {
    x: allocate<tf.Tensor4D>(x.shape),
    scale: allocate<tf.Tensor1D>([channels]),
    offset: allocate<tf.Tensor1D>([channels]),
  };
  const scratch = allocate<tf.Tensor1D>([size]);
  kernels.batchNormGradient(
    address(dy),
    address(x),
    address(scale),
    address(mean),
    address(inverse),
    activation === 'relu' ? address(output) : 0,
    address(gradients.x),
    address(gradients.scale),
    address(gradients.offset),
    address(scratch),
    rows,
    channels,
  );
  scratch.dispose();
  return gradients;
}

export function batchNormInference(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  { epsilon, activation }: BatchNormSettings,
): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const { rows, channels, scratch: size } = matrix(x);
  const output = allocate<tf.Tensor4D>(x.shape);
  const scratch = allocate<tf.Tensor1D>([size]);
  kernels.batchNormInference(
    address(x),
    address(scale),
    address(offset),
    address(mean),
    address(variance),
    address(output),
    address(scratch),
    rows,
    channels,
    epsilon,
    Number(activation === 'relu'),
  );
  scratch.dispose();
  return output;
}

export function batchNormInferenceGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  output: tf.Tensor4D | undefined,
  { epsilon, activation }: BatchNormSettings,
): BatchNormGradients {
  const { kernels, address, allocate } = simd();
  const { rows, channels, scratch: size } = matrix(x);
  const gradients = {
    x: allocate<tf.Tensor4D>(x.shape),
    scale: allocate<tf.Tensor1D>([channels]),
    offset: allocate<tf.Tensor1D>([channels]),
  };
  const scratch = allocate<tf.Tensor1D>([size]);
  kernels.batchNormInferenceGradient(
    address(dy),
    address(x),
    address(scale),
    address(mean),
    address(variance),
    activation === 'relu' ? address(output) : 0,
    address(gradients.x),
    address(gradients.scale),
    address(gradients.offset),
    address(scratch),
    rows,
    channels,
    epsilon,
  );
  scratch.dispose();
  return gradients;
}
