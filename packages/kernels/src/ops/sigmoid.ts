import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from '../tfjs/tape.ts';

/** `1 / (1 + exp(-x))`, any shape. Differentiable in x. The caller owns the result. */
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
