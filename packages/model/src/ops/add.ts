import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** a + b of one shape. */
export function add<T extends tf.Tensor>(a: T, b: T): T {
  return differentiable([a, b], () => ({
    value: tf.add<T>(a, b),
    gradient: (dy) => [tf.clone(dy), tf.clone(dy)],
  }));
}
