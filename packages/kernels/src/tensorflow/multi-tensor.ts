import * as tf from '@tensorflow/tfjs-core';

import { integer } from './attributes.ts';
import { execute, tensorflow } from './backend.ts';

/** What a step of an optimiser needs of one parameter. */
export interface Update {
  /** A number of the parameter's own, such as its weight decay. */
  readonly own: number;
  readonly gradient: tf.Tensor;
  /** The parameter, then what the optimiser remembers of it: all get new values. */
  readonly variables: readonly tf.Variable[];
}

/**
 * Whether a parameter is one of those that are done together. Large ones are done in place, one by
 * one: they take longer than the calls that they need, and new tensors in their stead would leave
 * holes in TensorFlow's memory (50 MB at ResNet-50).
 */
export function isSmall({ parameter }: { readonly parameter: tf.Variable }): boolean {
  return parameter.size <= 1 << 16;
}

/**
 * One step for several parameters, by operation `name` of `@resnet/native`. The values are new
 * tensors, so that who shares the old ones keeps what it saw.
 */
export function updateTogether(
  name: string,
  settings: readonly number[],
  updates: readonly Update[],
): void {
  if (updates.length === 0) return;
  const lists = updates[0]!.variables.map((_, i) => updates.map(({ variables }) => variables[i]!));
  const [parameters, ...states] = lists;
  const gradients = updates.map(({ gradient }) => gradient);
  const numbers = [settings, updates.map(({ own }) => own)].map(vector);
  try {
    const results = execute(
      name,
      [integer('N', updates.length)],
      [...numbers, ...parameters!, ...gradients, ...states.flat()],
      lists.flat().length,
    );
    for (const [i, variable] of lists.flat().entries()) variable.assign(results[i]!);
    tf.dispose(results);
  } finally {
    for (const handle of numbers) tensorflow().binding.deleteTensor(handle);
  }
}

function vector(values: readonly number[]): number {
  const { binding } = tensorflow();
  return binding.createTensor([values.length], binding.TF_FLOAT, Float32Array.from(values));
}
