import type * as tf from '@tensorflow/tfjs-core';

import { convOutputSize, type ConvGeometry } from '../../../geometry.ts';
import { type } from '../attributes.ts';
import { run } from '../backend.ts';
import { paddings, scalar, vector } from '../constants.ts';
import type { Executor } from '../executor.ts';

type Window = Pick<ConvGeometry, 'stride' | 'padding' | 'dilation'>;

/**
 * Whether TensorFlow's `SAME` puts the filter exactly where `padding` zeros before the edge do. It
 * pads only as much as the last window needs and puts the odd pixel after, so that it depends on
 * the size: at stride 2 it agrees on some sizes and not on others.
 */
export function isSame(input: number, size: number, window: Window): boolean {
  const { stride, padding, dilation } = window;
  const outputs = Math.ceil(input / stride);
  const needed = Math.max((outputs - 1) * stride + dilation * (size - 1) + 1 - input, 0);
  return Math.floor(needed / 2) === padding && convOutputSize(input, size, window) === outputs;
}

/** `x` with `padding` pixels of `value` on each side; the caller disposes it. */
export function pad(x: tf.Tensor4D, padding: number, value: number): tf.Tensor4D {
  return run(
    'PadV2',
    [type('T', 'float32'), type('Tpaddings', 'int32')],
    [x, paddings(padding), scalar(value)],
  );
}

/** `x` with `padding` zeros on each side; the caller disposes it. */
export function padZeros(
  { dtype, run: execute }: Executor,
  x: tf.Tensor4D,
  padding: number,
): tf.Tensor4D {
  return execute('Pad', [type('T', dtype), type('Tpaddings', 'int32')], [x, paddings(padding)]);
}

/** Takes `padding` pixels off again, and what lies beyond `shape`. */
export function crop(
  { dtype, run: execute }: Executor,
  x: tf.Tensor4D,
  padding: number,
  shape: readonly [number, number, number, number],
): tf.Tensor4D {
  return execute(
    'Slice',
    [type('T', dtype), type('Index', 'int32')],
    [x, vector([0, padding, padding, 0]), vector(shape)],
  );
}
