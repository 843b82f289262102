import * as tf from '@tensorflow/tfjs-core';

import type { PoolGeometry, Shape4D } from '../../geometry.ts';
import { simd } from './simd.ts';

/** tfjs's kernel takes the padding, and lets no padded pixel win: the image need not be copied first. */
export function maxPool2d(
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

export function maxPool2dGradient(
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

export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = x.shape;
  const y = allocate<tf.Tensor2D>([batch, channels]);
  const scratch = allocate<tf.Tensor1D>([2 * channels]);
  kernels.globalAveragePool(
    address(x),
    address(y),
    address(scratch),
    batch,
    height * width,
    channels,
  );
  scratch.dispose();
  return y;
}

export function globalAveragePoolGradient(dy: tf.Tensor2D, inputShape: Shape4D): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = inputShape;
  const pixels = height * width;
  const dx = allocate<tf.Tensor4D>([...inputShape]);
  kernels.globalAveragePoolGradient(address(dy), address(dx), batch, pixels, channels, 1 / pixels);
  return dx;
}
