import * as tf from '@tensorflow/tfjs-core';

import type { BatchNormGradients, BatchNormSettings } from '../../ops/batch-norm.ts';
import type { BatchNormForward, BatchNormSaved } from '../../ops/batch-norm-training.ts';
import { matrix } from './channels.ts';
import { simd } from './simd.ts';

/** `BatchNormTrainingKernels.forward` by a SIMD kernel. */
export function forward(
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
  const inverseStd = allocate<tf.Tensor1D>([channels]);
  const scratch = allocate<tf.Tensor1D>([size]);
  kernels.batchNormTraining(
    address(x),
    address(scale),
    address(offset),
    address(output),
    address(mean),
    address(variance),
    address(inverseStd),
    address(scratch),
    rows,
    channels,
    epsilon,
    Number(activation === 'relu'),
  );
  scratch.dispose();
  return { output, mean, variance, saved: [tf.clone(mean), inverseStd] };
}

/** `BatchNormTrainingKernels.gradient` by a SIMD kernel. */
export function gradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, inverseStd]: BatchNormSaved,
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
    address(inverseStd),
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
