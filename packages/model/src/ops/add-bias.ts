import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** x `[N, H, W, C]` + bias `[C]`. */
export function addBias(x: tf.Tensor4D, bias: tf.Tensor1D): tf.Tensor4D {
  return differentiable([x, bias], () => ({
    value: tf.add<tf.Tensor4D>(x, bias),
    gradient: (dy) => [tf.clone(dy), tf.sum(dy, [0, 1, 2])],
  }));
}
