import * as tf from '@tensorflow/tfjs-core';

import { checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `a + b` of equal shapes. Differentiable in both. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes differ
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
