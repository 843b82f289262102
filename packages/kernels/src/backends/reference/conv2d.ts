import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import type { Conv2dKernels } from '../../ops/conv2d-kernels.ts';
import { dilateFilter, undilateFilter } from './dilation.ts';
import { withGroups } from './groups.ts';

// tfjs takes numeric padding on some backends and only 'same' and 'valid' on others. Where the
// padding is not the 'same' of stride 1, the image is padded first.

function padImage(x: tf.Tensor4D, padding: number): tf.Tensor4D {
  if (padding === 0) return x;
  const edge: [number, number] = [padding, padding];
  return tf.pad(x, [[0, 0], edge, edge, [0, 0]]);
}

function isSame(filter: tf.Tensor4D, { stride, padding, dilation }: ConvGeometry): boolean {
  const [kh, kw] = filter.shape;
  return stride === 1 && kh === kw && kh % 2 === 1 && padding === (dilation * (kh - 1)) / 2;
}

function convolve(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { stride, padding, dilation } = geometry;
  return tf.tidy(() => {
    if (isSame(filter, geometry)) return tf.conv2d(x, filter, 1, 'same', 'NHWC', dilation);
    const padded = padImage(x, padding);
    if (stride === 1 || dilation === 1) {
      return tf.conv2d(padded, filter, stride, 'valid', 'NHWC', dilation);
    }
    // tfjs refuses strides and dilations together.
    return tf.conv2d(padded, dilateFilter(filter, dilation), stride, 'valid');
  });
}

function inputGradientOf(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  const { stride, padding, dilation } = geometry;
  const [batch, height, width, channels] = inputShape;
  return tf.tidy(() => {
    const padded: [number, number, number, number] = [
      batch,
      height + 2 * padding,
      width + 2 * padding,
      channels,
    ];
    const gradient = tf.conv2dTranspose(
      dy,
      dilateFilter(filter, dilation),
      padded,
      stride,
      'valid',
    );
    return padding === 0
      ? gradient
      : tf.slice(gradient, [0, padding, padding, 0], [batch, height, width, channels]);
  });
}

/**
 * A convolution too: with channels in the place of examples and examples in the place of channels,
 * dy slides over x, its taps `stride` apart and its steps `dilation` wide. Unlike
 * Conv2DBackpropFilter this exists on every backend.
 */
function filterGradientOf(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  const { stride, padding, dilation } = geometry;
  const [kh, kw] = filterShape;
  return tf.tidy(() => {
    const size = dilation * (kh - 1) + 1;
    const sizeW = dilation * (kw - 1) + 1;
    const [, outHeight, outWidth] = dy.shape;
    const image = fitEdges(
      x,
      padding,
      (outHeight - 1) * stride + size,
      (outWidth - 1) * stride + sizeW,
    );
    const slid = tf.conv2d<tf.Tensor4D>(
      tf.transpose(image, [3, 1, 2, 0]),
      tf.transpose(dy, [1, 2, 0, 3]),
      1,
      'valid',
      'NHWC',
      stride,
    );
    return undilateFilter(tf.transpose(slid, [1, 2, 0, 3]), dilation, [kh, kw]);
  });
}

/** Pads above and left by `padding`, below and right so far (or crops) that the edges fit exactly. */
function fitEdges(x: tf.Tensor4D, padding: number, height: number, width: number): tf.Tensor4D {
  const [batch, h, w, channels] = x.shape;
  const bottom = Math.max(0, height - padding - h);
  const right = Math.max(0, width - padding - w);
  const padded = tf.pad(x, [
    [0, 0],
    [padding, bottom],
    [padding, right],
    [0, 0],
  ]);
  return tf.slice(padded, [0, 0, 0, 0], [batch, height, width, channels]);
}

/** With groups as slices. */
export const conv2dReference: Conv2dKernels = /* @__PURE__ */ withGroups({
  forward: convolve,
  inputGradient: inputGradientOf,
  filterGradient: filterGradientOf,
});
