import * as tf from '@tensorflow/tfjs-core';

import { checkRank, checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * x `[N, H, W, C]` times a weight `[N, C]` for each channel of each image: how squeeze-and-excitation
 * gates. Differentiable in both. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the weight does not fit x
 */
export function multiplyChannels(x: tf.Tensor4D, weight: tf.Tensor2D): tf.Tensor4D {
  checkRank('multiplyChannels', 'x', x.shape, 4);
  checkShape('multiplyChannels', 'weight', weight.shape, [x.shape[0], x.shape[3]]);
  const [n, c] = weight.shape;
  const [output] = differentiable({
    inputs: { x, weight },
    forward: (save: (tensors: [tf.Tensor4D, tf.Tensor2D]) => void): [tf.Tensor4D] => {
      save([x, weight]);
      return [tf.mul<tf.Tensor4D>(x, tf.reshape(weight, [n, 1, 1, c]))];
    },
    backward: ([dy], [savedX, savedWeight]) => ({
      x: () => tf.mul(dy, tf.reshape(savedWeight, [n, 1, 1, c])),
      weight: () => tf.sum(tf.mul(dy, savedX), [1, 2]),
    }),
  });
  return output;
}
