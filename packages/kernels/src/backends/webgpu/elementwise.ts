import type * as tf from '@tensorflow/tfjs-core';

import { runProgram } from './backend.ts';

/** What {@link runElementwise} takes. */
export interface Elementwise<T extends tf.Tensor> {
  readonly name: string;
  /** Of one shape. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly shape: T['shape'];
  readonly size: number;
  /** WGSL of one element: `a[index]`, `uniforms.rate`. */
  readonly value: string;
}

/** A program of one expression over tensors of one shape. */
export function runElementwise<T extends tf.Tensor>(options: Elementwise<T>): T {
  const { name, inputs, floats = {}, shape, size, value } = options;
  return runProgram<T>({
    name,
    inputs,
    integers: { count: size },
    floats,
    outputShape: shape,
    threads: size,
    code: `
      fn main(index : i32) {
        if (index < uniforms.count) {
          result[index] = ${value};
        }
      }
    `,
  });
}
