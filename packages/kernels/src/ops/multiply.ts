import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `a * b`, where b has a's rank and, in each dimension, a's size or 1 (a gate `[N, 1, 1, C]`).
 * Differentiable in both. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when b does not broadcast to a
 */
export function multiply<T extends tf.Tensor>(a: T, b: T): T {
  const fits = a.rank === b.rank && b.shape.every((size, i) => size === 1 || size === a.shape[i]);
  if (!fits) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `multiply: expected b to broadcast to a [${a.shape.join(', ')}], received [${b.shape.join(', ')}]`,
    );
  }
  const reduced = b.shape.flatMap((size, i) => (size === a.shape[i] ? [] : [i]));
  const [output] = differentiable({
    inputs: { a, b },
    forward: (save: (tensors: [T, T]) => void): [T] => {
      save([a, b]);
      return [tf.mul<T>(a, b)];
    },
    backward: ([dy], [savedA, savedB]) => {
      return {
        a: () => tf.mul(dy, savedB),
        b: () => {
          const product = tf.mul(dy, savedA);
          return reduced.length === 0 ? product : tf.sum(product, reduced, true);
        },
      };
    },
  });
  return output;
}
