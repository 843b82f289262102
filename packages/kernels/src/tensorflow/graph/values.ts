import type * as tf from '@tensorflow/tfjs-core';

import { attribute, type Attribute, type GraphDefWriter } from './graph-def.ts';

export const float32: Attribute = attribute.type('float32');
export const int32: Attribute = attribute.type('int32');

/** A tensor's values now, as a constant. */
export function tensor(writer: GraphDefWriter, value: tf.Tensor): string {
  return writer.constant(value.shape, value.dataSync<'float32'>());
}

export function scalar(writer: GraphDefWriter, value: number): string {
  return writer.constant([], Float32Array.of(value));
}

/** Whole numbers: axes, paddings. */
export function vector(writer: GraphDefWriter, values: readonly number[]): string {
  return writer.constant([values.length], Int32Array.from(values));
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
  return writer.node('Pad', [x, paddings], { T: float32, Tpaddings: int32 });
}
