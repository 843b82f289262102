import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from '../tfjs/tape.ts';

/** `factor x + shift` with constants, any shape. Differentiable in x. The caller owns the result. */
export function affine<T extends tf.Tensor>(x: T, factor: number, shift: number): T {
  const [output] = differentiable({
    inputs: { x },
    forward: (): [T] => [tf.add<T>(tf.mul(x, factor), shift)],
    backward: ([dy]) => ({ x: () => tf.mul(dy, factor) }),
  });
  return output;
}
