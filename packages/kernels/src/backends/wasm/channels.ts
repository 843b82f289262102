import type * as tf from '@tensorflow/tfjs-core';

/** The kernels see a matrix of pixels by channels, and need room for two float64 a channel. */
export function matrix({ shape, size }: tf.Tensor4D): {
  rows: number;
  channels: number;
  scratch: number;
} {
  const channels = shape[3];
  return { rows: size / channels, channels, scratch: 4 * channels };
}
