import * as tf from '@tensorflow/tfjs-core';

export function relu<T extends tf.Tensor>(x: T): T {
  return tf.relu(x);
}

export function reluGradient<T extends tf.Tensor>(dy: T, output: T): T {
  // `step` maps 0 to 0: no gradient at the kink, as torch has it.
  return tf.tidy(() => tf.mul<T>(dy, tf.step(output)));
}

export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  return tf.tidy(() => tf.relu(tf.add<T>(a, b)));
}
