import type * as tf from '@tensorflow/tfjs-core';

import type { BatchNormGradients, BatchNormSettings } from '../../ops/batch-norm.ts';
import { matrix } from './channels.ts';
import { simd } from './simd.ts';

/** `BatchNormInferenceKernels.forward` by a SIMD kernel. */
export function forward(
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

/** `BatchNormInferenceKernels.gradient` by a SIMD kernel. */
export function gradient(
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
