import * as tf from '@tensorflow/tfjs-core';

export function relu(x: tf.Tensor): tf.Tensor {
  return tf.relu(x);
}

export function reluGradient(dy: tf.Tensor, output: tf.Tensor): tf.Tensor {
  // `step` maps 0 to 0: no gradient at the kink, as torch has it.
  return tf.tidy(() => tf.mul(dy, tf.step(output)));
}

export function addRelu(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.relu(tf.add(a, b)));
}
