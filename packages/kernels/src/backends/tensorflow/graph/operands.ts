import type * as tf from '@tensorflow/tfjs-core';

import { attribute, int32, type Attribute } from './attribute.ts';
import type { GraphDefWriter } from './graph-def-writer.ts';

/** A tensor's values now, as a constant of the graph's type. */
export function tensor(writer: GraphDefWriter, value: tf.Tensor): string {
  return writer.cast(float32Tensor(writer, value), 'float32', writer.precision);
}

/** A tensor's values now, as they are. */
export function float32Tensor(writer: GraphDefWriter, value: tf.Tensor): string {
  return writer.constant(value.shape, value.dataSync<'float32'>());
}

/** A number as a constant of the graph's type. */
export function scalar(writer: GraphDefWriter, value: number): string {
  return writer.cast(writer.constant([], Float32Array.of(value)), 'float32', writer.precision);
}

/** Integers: axes, paddings. */
export function vector(writer: GraphDefWriter, values: readonly number[]): string {
  return writer.constant([values.length], Int32Array.from(values));
}

/** The attributes by which an op itself pads an image, `padding` pixels on each side. */
export function explicitPadding(padding: number): Record<string, Attribute> {
  if (padding === 0) return { padding: attribute.text('VALID') };
  const sizes = [0, 0, padding, padding, padding, padding, 0, 0];
  return { padding: attribute.text('EXPLICIT'), explicit_paddings: attribute.integers(sizes) };
}

/** Pads `before` and `after` each of the four axes with zeros. */
export function pad(
  writer: GraphDefWriter,
  x: string,
  before: readonly number[],
  after: readonly number[],
): string {
  const sizes = before.flatMap((size, axis) => [size, after[axis]!]);
  const paddings = writer.constant([4, 2], Int32Array.from(sizes));
  return writer.node('Pad', [x, paddings], { T: writer.T, Tpaddings: int32 });
}
