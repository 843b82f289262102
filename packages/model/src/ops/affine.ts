import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** factor x + shift, with constants. */
export function affine<T extends tf.Tensor>(x: T, factor: number, shift: number): T {
  return differentiable([x], () => ({
    value: tf.add<T>(tf.mul(x, factor), shift),
    gradient: (dy) => [tf.mul(dy, factor)],
  }));
}
