import * as tf from '@tensorflow/tfjs-core';

// Transposes are explicit: matMul's own transpose flags are an order of magnitude slower on wasm.

export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const product = tf.matMul<tf.Tensor2D>(x, weight);
    return bias === undefined ? product : tf.add<tf.Tensor2D>(product, bias);
  });
}

export function linearInputGradient(dy: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(dy, tf.transpose(weight)));
}

export function linearWeightGradient(x: tf.Tensor2D, dy: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.matMul(tf.transpose(x), dy));
}
