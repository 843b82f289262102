import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from '../tfjs/tape.ts';

/** The mean of all elements, a scalar. (`tf.mean` alone has no gradient in tfjs-core.) */
export function mean(x: tf.Tensor): tf.Scalar {
  const { shape, size } = x;
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Scalar] => [tf.mean(x)],
    backward: ([dy]) => ({
      x: () => tf.mul(dy, tf.fill(shape, 1 / size)),
    }),
  });
  return output;
}
