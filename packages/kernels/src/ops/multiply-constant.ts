import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from '../tfjs/tape.ts';

/**
 * x times a constant that broadcasts to its shape: a dropout mask. Differentiable in x alone, which it
 * therefore does not save for backward. The caller owns the result.
 */
export function multiplyConstant<T extends tf.Tensor>(x: T, constant: tf.Tensor): T {
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [tf.Tensor]) => void): [T] => {
      save([constant]);
      return [tf.mul<T>(x, constant)];
    },
    backward: ([dy], [saved]) => ({ x: () => tf.mul(dy, saved) }),
  });
  return output;
}
