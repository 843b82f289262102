import type * as tf from '@tensorflow/tfjs-core';

import { simd } from './simd.ts';

const FLOAT_BYTES = 4;

/** A copy of one group's channels: the `group`-th of `groups` equal parts of the last dimension. */
export function gatherGroup(x: tf.Tensor4D, group: number, groups: number): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const [a, b, c, channels] = x.shape;
  const width = channels / groups;
  const part = allocate<tf.Tensor4D>([a, b, c, width]);
  const from = address(x) + group * width * FLOAT_BYTES;
  kernels.gatherPixels(from, address(part), a * b * c, width, channels * FLOAT_BYTES);
  return part;
}

/** Writes one group's channels into the tensor that holds all groups'. */
export function scatterGroup(
  part: tf.Tensor4D,
  whole: tf.Tensor4D,
  group: number,
  groups: number,
): void {
  const { kernels, address } = simd();
  const [batch, height, width, channels] = part.shape;
  const pixelBytes = channels * groups * FLOAT_BYTES;
  kernels.scatterPixels(
    address(part),
    address(whole) + group * channels * FLOAT_BYTES,
    batch,
    height,
    width,
    channels,
    pixelBytes,
    pixelBytes * width,
    pixelBytes * width * height,
  );
}
