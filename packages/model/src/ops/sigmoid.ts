import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** 1 / (1 + exp(-x)). */
export function sigmoid<T extends tf.Tensor>(x: T): T {
  return differentiable([x], (save) => {
    const value = tf.sigmoid(x);
    save([value]);
    return {
      value,
      gradient: (dy, [y]) => [tf.mul(dy, tf.mul(y!, tf.sub(1, y!)))],
    };
  });
}
