import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { dilateFilter, undilateFilter } from '../reference/dilation.ts';
import { withGroups, type ConvPrimitives } from '../reference/groups.ts';
import { flag, integers, text, type } from './attributes.ts';
import type { Attribute } from './backend.ts';
import { vector } from './constants.ts';
import type { Executor } from './executor.ts';
import { hasGroupedGradients } from './grouped.ts';
import { ownConv2d, ownFilterGradient, ownInputGradient, suitsOwn } from './own-convolution.ts';
import { crop, isSame, padZeros } from './padding.ts';

// oneDNN's fast paths take `SAME` and `VALID`. `EXPLICIT` padding is accepted, but its input
// gradient ran 5 to 20 times slower; a padded copy of the image costs next to nothing beside that.

function attributes(
  dtype: Executor['dtype'],
  { stride, dilation }: ConvGeometry,
  padding: 'SAME' | 'VALID',
): Attribute[] {
  return [
    type('T', dtype),
    integers('strides', [1, stride, stride, 1]),
    text('padding', padding),
    text('data_format', 'NHWC'),
    flag('use_cudnn_on_gpu', true),
    integers('dilations', [1, dilation, dilation, 1]),
  ];
}

/** How TensorFlow is told of the padding: by a word, or by an image padded beforehand. */
function paddingWord(
  [, height, width]: Shape4D,
  [kh, kw]: readonly number[],
  geometry: ConvGeometry,
): 'SAME' | 'VALID' | undefined {
  if (geometry.padding === 0) return 'VALID';
  return isSame(height, kh!, geometry) && isSame(width, kw!, geometry) ? 'SAME' : undefined;
}

function conv2d(
  on: Executor,
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  if (suitsOwn(filter.shape, geometry, on.dtype)) return ownConv2d(on, x, filter, geometry);
  const word = paddingWord(x.shape, filter.shape, geometry);
  const settings = attributes(on.dtype, geometry, word ?? 'VALID');
  if (word !== undefined) return on.run('Conv2D', settings, [x, filter]);
  const padded = padZeros(on, x, geometry.padding);
  const output = on.run<tf.Tensor4D>('Conv2D', settings, [padded, filter]);
  tf.dispose(padded);
  return output;
}

function paddedShape([batch, height, width, channels]: Shape4D, padding: number): Shape4D {
  return [batch, height + 2 * padding, width + 2 * padding, channels];
}

// The gradients exist without dilation only: the filter is spread out with zeros instead.

function spreadShape([kh, kw, inChannels, outChannels]: Shape4D, dilation: number): Shape4D {
  return [dilation * (kh - 1) + 1, dilation * (kw - 1) + 1, inChannels, outChannels];
}

function conv2dInputGradient(
  on: Executor,
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  if (suitsOwn(filter.shape, geometry, on.dtype, 'input')) {
    return ownInputGradient(on, dy, filter, inputShape, geometry);
  }
  if (geometry.dilation > 1) {
    const spread = dilateFilter(filter, geometry.dilation);
    const gradient = conv2dInputGradient(on, dy, spread, inputShape, { ...geometry, dilation: 1 });
    tf.dispose(spread);
    return gradient;
  }
  const word = paddingWord(inputShape, filter.shape, geometry);
  const shape = word === undefined ? paddedShape(inputShape, geometry.padding) : inputShape;
  const gradient = on.run<tf.Tensor4D>(
    'Conv2DBackpropInput',
    attributes(on.dtype, geometry, word ?? 'VALID'),
    [vector(shape), filter, dy],
  );
  if (word !== undefined) return gradient;
  const cropped = crop(on, gradient, geometry.padding, inputShape);
  tf.dispose(gradient);
  return cropped;
}

/**
 * Whether the image is so small that oneDNN's filter gradient falls back to one matrix product an
 * image, each adding to the whole filter: 124 ms where one product over the batch takes 5 ms
 * (batch 16, 2 x 2 pixels, 512 channels).
 */
function isTiny([, outHeight, outWidth]: Shape4D, [kh, kw]: Shape4D): boolean {
  return kh * kw > 1 && outHeight * outWidth <= 9;
}

/** The filter gradient as a product of x's patches `[N Ho Wo, kh kw Ci]` and dy `[N Ho Wo, Co]`. */
function filterGradientOfPatches(
  on: Executor,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  stride: number,
  padding: 'SAME' | 'VALID',
): tf.Tensor4D {
  const [kh, kw, inChannels, outChannels] = filterShape;
  return tf.tidy(() => {
    const reshaped = (tensor: tf.Tensor, shape: readonly number[]): tf.Tensor =>
      on.run('Reshape', [type('T', on.dtype), type('Tshape', 'int32')], [tensor, vector(shape)]);
    const patches = on.run(
      'ExtractImagePatches',
      [
        type('T', on.dtype),
        integers('ksizes', [1, kh, kw, 1]),
        integers('strides', [1, stride, stride, 1]),
        integers('rates', [1, 1, 1, 1]),
        text('padding', padding),
      ],
      [x],
    );
    const rows = dy.size / outChannels;
    const product = on.run(
      'MatMul',
      [type('T', on.dtype), flag('transpose_a', true), flag('transpose_b', false)],
      [reshaped(patches, [rows, kh * kw * inChannels]), reshaped(dy, [rows, outChannels])],
    );
    return tf.reshape(product, [kh, kw, inChannels, outChannels]);
  });
}

function conv2dFilterGradient(
  on: Executor,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  if (geometry.dilation > 1) {
    const { dilation } = geometry;
    const shape = spreadShape(filterShape, dilation);
    const gradient = conv2dFilterGradient(on, x, dy, shape, { ...geometry, dilation: 1 });
    const kept = undilateFilter(gradient, dilation, [filterShape[0], filterShape[1]]);
    tf.dispose(gradient);
    return kept;
  }
  if (suitsOwn(filterShape, geometry, on.dtype, 'filter')) {
    return ownFilterGradient(on, x, dy, filterShape, geometry);
  }
  const word = paddingWord(x.shape, filterShape, geometry);
  const image = word === undefined ? padZeros(on, x, geometry.padding) : x;
  const gradient =
    geometry.groups === 1 && isTiny(dy.shape, filterShape)
      ? filterGradientOfPatches(on, image, dy, filterShape, geometry.stride, word ?? 'VALID')
      : on.run<tf.Tensor4D>(
          'Conv2DBackpropFilter',
          attributes(on.dtype, geometry, word ?? 'VALID'),
          [image, vector(filterShape), dy],
        );
  if (image !== x) tf.dispose(image);
  return gradient;
}

export function convolutionOn(on: Executor): ConvPrimitives {
  const single: ConvPrimitives = {
    conv2d: (x, filter, geometry) => conv2d(on, x, filter, geometry),
    conv2dInputGradient: (dy, filter, inputShape, geometry) =>
      conv2dInputGradient(on, dy, filter, inputShape, geometry),
    conv2dFilterGradient: (x, dy, filterShape, geometry) =>
      conv2dFilterGradient(on, x, dy, filterShape, geometry),
  };
  const sliced = withGroups(single);
  // TensorFlow's own groups where it has them (5 times as fast as 32 slices), else slices.
  const suited = ({ groups }: ConvGeometry): ConvPrimitives =>
    groups === 1 || hasGroupedGradients() ? single : sliced;
  return {
    conv2d: (x, filter, geometry) => suited(geometry).conv2d(x, filter, geometry),
    conv2dInputGradient: (dy, filter, inputShape, geometry) =>
      suited(geometry).conv2dInputGradient(dy, filter, inputShape, geometry),
    conv2dFilterGradient: (x, dy, filterShape, geometry) =>
      suited(geometry).conv2dFilterGradient(x, dy, filterShape, geometry),
  };
}
