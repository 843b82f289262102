import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import { checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `a + b` of equal shapes.
 *
 * @throws KernelError if the shapes differ
 */
export function add<T extends tf.Tensor>(a: T, b: T): T {
  checkShape('add', 'b', b.shape, a.shape);
  const [output] = differentiable({
    inputs: { a, b },
    forward: (): [T] => [tf.add<T>(a, b)],
    backward: ([dy]) => ({ a: () => tf.clone(dy), b: () => tf.clone(dy) }),
  });
  return output;
}

/**
 * `a * b`, where b has a's rank and, in each dimension, a's size or 1 (a gate `[N, 1, 1, C]`).
 * Differentiable in both.
 *
 * @throws KernelError if b does not broadcast to a
 */
export function multiply<T extends tf.Tensor>(a: T, b: T): T {
  const fits = a.rank === b.rank && b.shape.every((size, i) => size === 1 || size === a.shape[i]);
  if (!fits) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      'multiply',
      `expected b to broadcast to a [${a.shape.join(', ')}], received [${b.shape.join(', ')}]`,
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

/** `1 / (1 + exp(-x))`, any shape. */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [T]) => void): [T] => {
      const result = tf.sigmoid(x);
      save([result]);
      return [result];
    },
    backward: ([dy], [y]) => ({
      x: () => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
    }),
  });
  return output;
}
