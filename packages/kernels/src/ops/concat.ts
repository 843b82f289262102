import * as tf from '@tensorflow/tfjs-core';

import { checkRank, checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * a `[N, A]` and b `[N, B]` side by side: `[N, A + B]`. Differentiable in both. The caller owns the
 * result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the batches differ
 */
export function concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  checkRank('concat', 'a', a.shape, 2);
  const [n, width] = a.shape;
  checkShape('concat', 'b', b.shape, [n, b.shape[1]]);
  const [, rest] = b.shape;
  const [output] = differentiable({
    inputs: { a, b },
    forward: (): [tf.Tensor2D] => [tf.concat([a, b], 1)],
    backward: ([dy]) => ({
      a: () => tf.slice(dy, [0, 0], [n, width]),
      b: () => tf.slice(dy, [0, width], [n, rest]),
    }),
  });
  return output;
}
