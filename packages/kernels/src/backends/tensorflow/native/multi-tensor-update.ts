import * as tf from '@tensorflow/tfjs-core';

import { integer } from '../attributes.ts';
import { execute, tensorflow, type Operand } from '../backend.ts';
import { isUniquelyOwned, markUniquelyOwned } from '../uniquely-owned.ts';
import { updateOps } from './op-names.ts';

/** What a step of an optimiser, or of an average, needs of one parameter. */
export interface Update {
  /** What the update rule takes for this parameter alone, such as its weight decay. */
  readonly setting: number;
  readonly gradient: tf.Tensor;
  /** The parameter, then its optimiser state: all get new values. */
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
 * One step for several parameters by an update rule of `@resnet/native`. Values that nothing else has
 * are written over; else the new values are new tensors, and tensors that share the old ones keep
 * them. The results are the same to the bit.
 *
 * @param rule its name in the C++, such as `Sgd`
 */
export function updateTogether(
  rule: string,
  settings: readonly number[],
  updates: readonly Update[],
): void {
  const { toNew, inPlace: writeOver } = updateOps(rule);
  const isInPlace = ({ variables }: Update): boolean => variables.every(isUniquelyOwned);
  const inPlace = updates.filter(isInPlace);
  const others = updates.filter((update) => !isInPlace(update));
  if (inPlace.length > 0) {
    withOperands(settings, inPlace, (operands) => {
      execute(writeOver, [integer('N', inPlace.length)], operands, 0);
    });
  }
  const large = others.filter((update) => !isSmall(update)).map((update) => [update]);
  for (const some of [others.filter(isSmall), ...large]) {
    if (some.length > 0) updateToNew(toNew, settings, some);
  }
}

function updateToNew(name: string, settings: readonly number[], updates: readonly Update[]): void {
  const variables = listsOf(updates).flat();
  withOperands(settings, updates, (operands) => {
    const results = execute(name, [integer('N', updates.length)], operands, variables.length);
    for (const [i, variable] of variables.entries()) {
      variable.assign(results[i]!);
      markUniquelyOwned(variable);
    }
    tf.dispose(results);
  });
}

/** The parameters, then each of their states. */
function listsOf(updates: readonly Update[]): tf.Variable[][] {
  return updates[0]!.variables.map((_, i) => updates.map(({ variables }) => variables[i]!));
}

/** Calls `use` with what such an op takes. */
function withOperands(
  settings: readonly number[],
  updates: readonly Update[],
  use: (operands: readonly Operand[]) => void,
): void {
  const [parameters, ...states] = listsOf(updates);
  const gradients = updates.map(({ gradient }) => gradient);
  const vectors = [settings, updates.map(({ setting }) => setting)].map(vector);
  try {
    use([...vectors, ...parameters!, ...gradients, ...states.flat()]);
  } finally {
    for (const handle of vectors) tensorflow().binding.deleteTensor(handle);
  }
}

function vector(values: readonly number[]): number {
  const { binding } = tensorflow();
  return binding.createTensor([values.length], binding.TF_FLOAT, Float32Array.from(values));
}
