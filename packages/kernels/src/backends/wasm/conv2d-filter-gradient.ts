import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { simd } from './simd.ts';

const FLOAT_BYTES = 4;

/**
 * tfjs has no such kernel for wasm, and the same by its other kernels (transposes and a dilated
 * convolution) takes two to three times as long.
 */
export function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  { stride, padding, dilation, groups }: ConvGeometry,
): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = x.shape;
  const [, outHeight, outWidth, outChannels] = dy.shape;
  const [kh, kw, groupChannels] = filterShape;
  const groupOutChannels = outChannels / groups;
  const gradient = allocate<tf.Tensor4D>([...filterShape]);
  kernels.fillZero(address(gradient), gradient.size * FLOAT_BYTES);
  for (let group = 0; group < groups; group++) {
    const inOffset = group * groupChannels * FLOAT_BYTES;
    const outOffset = group * groupOutChannels * FLOAT_BYTES;
    kernels.addFilterGradient(
      address(x) + inOffset,
      address(dy) + outOffset,
      address(gradient) + outOffset,
      batch,
      height,
      width,
      groupChannels,
      outHeight,
      outWidth,
      groupOutChannels,
      kh,
      kw,
      stride,
      padding,
      dilation,
      channels * FLOAT_BYTES,
      outChannels * FLOAT_BYTES,
      outChannels * FLOAT_BYTES,
    );
  }
  return gradient;
}
