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

/** How much of the parameters one operation does: until it ends, old and new values are there. */
const most = 1 << 22;

/**
 * One step for all parameters, by operation `name` of `@resnet/native`. The values are new tensors,
 * so that who shares the old ones keeps what it saw.
 */
export function updateAll(
  name: string,
  settings: readonly number[],
  updates: readonly Update[],
): void {
  for (const group of groupsOf(updates)) {
    const lists = group[0]!.variables.map((_, i) => group.map(({ variables }) => variables[i]!));
    const [parameters, ...states] = lists;
    const gradients = group.map(({ gradient }) => gradient);
    const numbers = [settings, group.map(({ own }) => own)].map(vector);
    try {
      const results = execute(
        name,
        [integer('N', group.length)],
        [...numbers, ...parameters!, ...gradients, ...states.flat()],
        lists.flat().length,
      );
      for (const [i, variable] of lists.flat().entries()) variable.assign(results[i]!);
      tf.dispose(results);
    } finally {
      for (const handle of numbers) tensorflow().binding.deleteTensor(handle);
    }
  }
}

function vector(values: readonly number[]): number {
  const { binding } = tensorflow();
  return binding.createTensor([values.length], binding.TF_FLOAT, Float32Array.from(values));
}

/** In order, in groups of at most `most` elements of the parameters, or one parameter. */
function groupsOf(updates: readonly Update[]): Update[][] {
  const groups: Update[][] = [];
  let size = Infinity;
  for (const update of updates) {
    const more = update.gradient.size;
    if (size + more > most) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(update);
    size += more;
  }
  return groups;
}
