import * as tf from '@tensorflow/tfjs-core';

import { checkRank, checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * x `[N, H, W, C]` + bias `[C]`. Differentiable in both. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the bias does not fit x
 */
export function addBias(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  checkRank('addBias', 'x', x.shape, 4);
  checkShape('addBias', 'bias', bias.shape, [x.shape[3]]);
  const [output] = differentiable({
    inputs: { x, bias },
    forward: (): [tf.Tensor4D] => [tf.add<tf.Tensor4D>(x, bias)],
    backward: ([dy]) => ({ x: () => tf.clone(dy), bias: () => tf.sum(dy, [0, 1, 2]) }),
  });
  return output;
}
