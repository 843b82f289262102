import type * as tf from '@tensorflow/tfjs-core';

import { attribute, GraphDefWriter, type Attribute } from './graph-def.ts';

export const float32: Attribute = attribute.type('float32');
export const int32: Attribute = attribute.type('int32');

/** What a graph computes in. */
export type Precision = 'float32' | 'bfloat16';

/** Writes a graph whose values, but for its ends, are of one type. */
export class GraphWriter extends GraphDefWriter {
  readonly precision: Precision;
  /** The attribute that tells operations of it. */
  readonly T: Attribute;

  constructor(precision: Precision) {
    super();
    this.precision = precision;
    this.T = attribute.type(precision);
  }

  /** `x` of type `from` in type `to`. */
  cast(x: string, from: Precision, to: Precision): string {
    if (from === to) return x;
    return this.node('Cast', [x], { SrcT: attribute.type(from), DstT: attribute.type(to) });
  }
}

/** A tensor's values now, as a constant of the graph's type. */
export function tensor(writer: GraphWriter, value: tf.Tensor): string {
  return writer.cast(float32Tensor(writer, value), 'float32', writer.precision);
}

/** A tensor's values now, as they are. */
export function float32Tensor(writer: GraphWriter, value: tf.Tensor): string {
  return writer.constant(value.shape, value.dataSync<'float32'>());
}

export function scalar(writer: GraphWriter, value: number): string {
  return writer.cast(writer.constant([], Float32Array.of(value)), 'float32', writer.precision);
}

/** Whole numbers: axes, paddings. */
export function vector(writer: GraphWriter, values: readonly number[]): string {
  return writer.constant([values.length], Int32Array.from(values));
}

/** The attributes by which an operation itself pads an image, `padding` pixels on each side. */
export function explicitPadding(padding: number): Record<string, Attribute> {
  if (padding === 0) return { padding: attribute.text('VALID') };
  const sizes = [0, 0, padding, padding, padding, padding, 0, 0];
  return { padding: attribute.text('EXPLICIT'), explicit_paddings: attribute.integers(sizes) };
}

/** Pads `before` and `after` each of the four axes with zeros. */
export function pad(
  writer: GraphWriter,
  x: string,
  before: readonly number[],
  after: readonly number[],
): string {
  const sizes = before.flatMap((size, axis) => [size, after[axis]!]);
  const paddings = writer.constant([4, 2], Int32Array.from(sizes));
  return writer.node('Pad', [x, paddings], { T: writer.T, Tpaddings: int32 });
}
