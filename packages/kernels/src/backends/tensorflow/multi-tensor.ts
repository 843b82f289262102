import * as tf from '@tensorflow/tfjs-core';

import { integer } from './attributes.ts';
import { execute, tensorflow, type Operand } from './backend.ts';
import { isSole, markSole } from './sole.ts';

/** What a step of an optimiser, or of an average, needs of one parameter. */
export interface Update {
  /** A number of the parameter's own, such as its weight decay. */
  readonly own: number;
  readonly gradient: tf.Tensor;
  /** The parameter, then what the optimiser remembers of it: all get new values. */
  readonly variables: readonly tf.Variable[];
}

/**
 * Whether a parameter is one of those that get new tensors together. Of large ones, the old and the new
 * values of one at a time are enough to keep in memory.
 */
function isSmall({ variables: [parameter] }: Update): boolean {
  return parameter!.size <= 1 << 16;
}

/**
 * One step for several parameters, by operation `name` of `@resnet/native`: in place, where nothing
 * else has a parameter's values; else the values are new tensors, so that who shares the old ones keeps
 * what it saw. The numbers are the same to the bit.
 */
export function updateTogether(
  name: string,
  settings: readonly number[],
  updates: readonly Update[],
): void {
  const isInPlace = ({ variables }: Update): boolean => variables.every(isSole);
  const inPlace = updates.filter(isInPlace);
  const others = updates.filter((update) => !isInPlace(update));
  if (inPlace.length > 0) {
    withOperands(settings, inPlace, (operands) => {
      execute(`${name}InPlace`, [integer('N', inPlace.length)], operands, 0);
    });
  }
  const large = others.filter((update) => !isSmall(update)).map((update) => [update]);
  for (const some of [others.filter(isSmall), ...large]) {
    if (some.length > 0) updateAnew(name, settings, some);
  }
}

function updateAnew(name: string, settings: readonly number[], updates: readonly Update[]): void {
  const variables = listsOf(updates).flat();
  withOperands(settings, updates, (operands) => {
    const results = execute(name, [integer('N', updates.length)], operands, variables.length);
    for (const [i, variable] of variables.entries()) {
      variable.assign(results[i]!);
      markSole(variable);
    }
    tf.dispose(results);
  });
}

/** The parameters, then each of their states. */
function listsOf(updates: readonly Update[]): tf.Variable[][] {
  return updates[0]!.variables.map((_, i) => updates.map(({ variables }) => variables[i]!));
}

/** Calls `use` with what such an operation takes. */
function withOperands(
  settings: readonly number[],
  updates: readonly Update[],
  use: (operands: readonly Operand[]) => void,
): void {
  const [parameters, ...states] = listsOf(updates);
  const gradients = updates.map(({ gradient }) => gradient);
  const numbers = [settings, updates.map(({ own }) => own)].map(vector);
  try {
    use([...numbers, ...parameters!, ...gradients, ...states.flat()]);
  } finally {
    for (const handle of numbers) tensorflow().binding.deleteTensor(handle);
  }
}

function vector(values: readonly number[]): number {
  const { binding } = tensorflow();
  return binding.createTensor([values.length], binding.TF_FLOAT, Float32Array.from(values));
}
