import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** a b of one shape, element by element. */
export function multiply<T extends tf.Tensor>(a: T, b: T): T {
  return differentiable([a, b], (save) => {
    save([a, b]);
    return {
      value: tf.mul<T>(a, b),
      gradient: (dy, saved) => [tf.mul(dy, saved[1]!), tf.mul(dy, saved[0]!)],
    };
  });
}

/** x `[N, H, W, C]` times a weight `[N, C]` for each channel of each image. */
export function multiplyChannels(x: tf.Tensor4D, weight: tf.Tensor2D): tf.Tensor4D {
  return differentiable([x, weight], (save) => {
    const [n, c] = weight.shape;
    save([x, weight]);
    return {
      value: tf.mul<tf.Tensor4D>(x, tf.reshape(weight, [n, 1, 1, c])),
      gradient: (dy, saved) => [
        tf.mul(dy, tf.reshape(saved[1]!, [n, 1, 1, c])),
        tf.sum(tf.mul(dy, saved[0]!), [1, 2]),
      ],
    };
  });
}

/** x times a constant that broadcasts to its shape. */
export function multiplyConstant<T extends tf.Tensor>(x: T, constant: tf.Tensor): T {
  return differentiable([x], (save) => {
    save([constant]);
    return { value: tf.mul<T>(x, constant), gradient: (dy, saved) => [tf.mul(dy, saved[0]!)] };
  });
}
