import * as tf from '@tensorflow/tfjs-core';

import type { PoolGeometry } from '../../geometry.ts';
import { simd } from './simd.ts';

/** tfjs's kernel takes the padding, and lets no padded pixel win: the image need not be copied first. */
export function forward(
  x: tf.Tensor4D,
  { kernelSize, stride, padding }: PoolGeometry,
): tf.Tensor4D {
  return tf
    .engine()
    .runKernel<tf.Tensor4D>(
      'MaxPool',
      { x },
      { filterSize: kernelSize, strides: stride, pad: padding, dimRoundingMode: 'floor' },
    );
}

/** `MaxPool2dKernels.gradient` by a SIMD kernel. */
export function gradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  output: tf.Tensor4D,
  { kernelSize, stride, padding }: PoolGeometry,
): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = x.shape;
  const dx = allocate<tf.Tensor4D>(x.shape);
  kernels.maxPoolGradient(
    address(x),
    address(output),
    address(dy),
    address(dx),
    batch,
    height,
    width,
    channels,
    output.shape[1],
    output.shape[2],
    kernelSize,
    stride,
    padding,
  );
  return dx;
}
