import * as tf from '@tensorflow/tfjs-core';

import { checkRank } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * The largest of each channel: x `[N, H, W, C]` to `[N, C]`. Its gradient goes to the first of
 * equals, as in torch. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when x has another rank
 */
export function globalMaxPool(x: tf.Tensor4D): tf.Tensor2D {
  checkRank('globalMaxPool', 'x', x.shape, 4);
  const [n, h, w, c] = x.shape;
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [tf.Tensor4D]) => void): [tf.Tensor2D] => {
      save([x]);
      return [tf.max<tf.Tensor2D>(tf.reshape(x, [n, h * w, c]), 1)];
    },
    backward: ([dy], [savedX]) => ({
      x: () => {
        const where = tf.argMax<tf.Tensor2D>(tf.reshape(savedX, [n, h * w, c]), 1);
        const chosen = tf.cast(tf.oneHot(where, h * w), 'float32');
        const gradient = tf.mul(chosen, tf.reshape(dy, [n, c, 1]));
        return tf.reshape(tf.transpose(gradient, [0, 2, 1]), [n, h, w, c]);
      },
    }),
  });
  return output;
}
