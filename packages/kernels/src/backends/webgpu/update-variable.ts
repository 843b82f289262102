import type * as tf from '@tensorflow/tfjs-core';

import { runElementwise } from './elementwise.ts';

// A program for each tensor that changes: each dispatch costs time of its own, and there are some
// for every parameter of the model.

/** Gives the variable the value that `value` computes from it and the other inputs. */
export function updateVariable(
  name: string,
  variable: tf.Variable,
  inputs: Record<string, tf.Tensor>,
  floats: Record<string, number>,
  value: string,
): void {
  const { shape, size } = variable;
  const next = runElementwise({ name, inputs, floats, shape, size, value });
  variable.assign(next);
  next.dispose();
}
