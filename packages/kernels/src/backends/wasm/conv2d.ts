import * as tf from '@tensorflow/tfjs-core';

import { convOutputShape, type ConvGeometry } from '../../geometry.ts';
import { gatherGroup, scatterGroup } from './groups.ts';
import { simd } from './simd.ts';

/** Zeros before and after the rows and columns of an image; negative to crop it. */
export interface Edges {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * tfjs's convolution kernel itself: unlike `tf.conv2d` it takes a padding for each edge, and
 * strides and dilations together.
 */
export function convolve(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  { top, bottom, left, right }: Edges,
  stride: number,
  dilation: number,
): tf.Tensor4D {
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const attributes = { strides: stride, pad, dataFormat: 'NHWC', dilations: dilation };
  return tf.engine().runKernel<tf.Tensor4D>('Conv2D', { x, filter }, attributes);
}

function even(padding: number): Edges {
  return { top: padding, bottom: padding, left: padding, right: padding };
}

/** Every channel a group of its own. */
function depthwise(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { stride, padding, dilation, groups } = geometry;
  const [kh, kw, , outChannels] = filter.shape;
  const edge = [padding, padding];
  return tf.tidy(() =>
    tf
      .engine()
      .runKernel<tf.Tensor4D>(
        'DepthwiseConv2dNative',
        { x, filter: tf.reshape(filter, [kh, kw, groups, outChannels / groups]) },
        { strides: [stride, stride], pad: [[0, 0], edge, edge, [0, 0]], dilations: dilation },
      ),
  );
}

/** `Conv2dKernels.forward` by a SIMD kernel. */
export function forward(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { stride, padding, dilation, groups } = geometry;
  if (groups === 1) return convolve(x, filter, even(padding), stride, dilation);
  if (groups === x.shape[3]) return depthwise(x, filter, geometry);
  const output = simd().allocate<tf.Tensor4D>([
    ...convOutputShape(x.shape, filter.shape, geometry),
  ]);
  for (let group = 0; group < groups; group++) {
    tf.tidy(() => {
      const part = gatherGroup(x, group, groups);
      const taps = gatherGroup(filter, group, groups);
      const convolved = convolve(part, taps, even(padding), stride, dilation);
      scatterGroup(convolved, output, group, groups);
    });
  }
  return output;
}
