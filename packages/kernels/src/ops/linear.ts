import * as tf from '@tensorflow/tfjs-core';

import { checkRank, checkShape } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `x weight + bias`: x `[N, in]`, weight `[in, out]` (the transpose of torch's), bias `[out]`,
 * result `[N, out]`. Differentiable in all three. The caller owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes do not fit each other
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias?: tf.Tensor1D): tf.Tensor2D {
  checkRank('linear', 'weight', weight.shape, 2);
  checkShape('linear', 'x', x.shape, [x.shape[0], weight.shape[0]]);
  if (bias !== undefined) checkShape('linear', 'bias', bias.shape, [weight.shape[1]]);
  const inputs: Record<string, tf.Tensor> =
    bias === undefined ? { x, weight } : { x, weight, bias };
  const [output] = differentiable({
    inputs,
    forward: (save: (tensors: [tf.Tensor2D, tf.Tensor2D]) => void): [tf.Tensor2D] => {
      save([x, weight]);
      return [product(x, weight, bias)];
    },
    // Transposes are explicit: matMul's own transpose flags are 10 times slower on wasm.
    backward: ([dy], [savedX, savedWeight]): Record<string, () => tf.Tensor> => ({
      x: () => tf.tidy(() => tf.matMul(dy, tf.transpose(savedWeight))),
      weight: () => tf.tidy(() => tf.matMul(tf.transpose(savedX), dy)),
      bias: () => tf.sum(dy, 0),
    }),
  });
  return output;
}

function product(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D {
  return tf.tidy(() => {
    const result = tf.matMul<tf.Tensor2D>(x, weight);
    return bias === undefined ? result : tf.add<tf.Tensor2D>(result, bias);
  });
}
