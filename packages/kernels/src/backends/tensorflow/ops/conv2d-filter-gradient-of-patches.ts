import * as tf from '@tensorflow/tfjs-core';

import type { Shape4D } from '../../../geometry.ts';
import { flag, integers, text, type } from '../attributes.ts';
import { vector } from '../constants.ts';
import type { Executor } from '../executor.ts';

/**
 * Whether the image is so small that oneDNN's filter gradient falls back to one matrix product an
 * image, each adding to the whole filter: 124 ms where one product over the batch takes 5 ms
 * (batch 16, 2 x 2 pixels, 512 channels).
 */
export function isTiny([, outHeight, outWidth]: Shape4D, [kh, kw]: Shape4D): boolean {
  return kh * kw > 1 && outHeight * outWidth <= 9;
}

/** The filter gradient as a product of x's patches `[N Ho Wo, kh kw Ci]` and dy `[N Ho Wo, Co]`. */
export function filterGradientOfPatches(
  { dtype, run }: Executor,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  stride: number,
  padding: 'SAME' | 'VALID',
): tf.Tensor4D {
  const [kh, kw, inChannels, outChannels] = filterShape;
  return tf.tidy(() => {
    const reshaped = (tensor: tf.Tensor, shape: readonly number[]): tf.Tensor =>
      run('Reshape', [type('T', dtype), type('Tshape', 'int32')], [tensor, vector(shape)]);
    const patches = run(
      'ExtractImagePatches',
      [
        type('T', dtype),
        integers('ksizes', [1, kh, kw, 1]),
        integers('strides', [1, stride, stride, 1]),
        integers('rates', [1, 1, 1, 1]),
        text('padding', padding),
      ],
      [x],
    );
    const rows = dy.size / outChannels;
    const product = run(
      'MatMul',
      [type('T', dtype), flag('transpose_a', true), flag('transpose_b', false)],
      [reshaped(patches, [rows, kh * kw * inChannels]), reshaped(dy, [rows, outChannels])],
    );
    return tf.reshape(product, [kh, kw, inChannels, outChannels]);
  });
}
