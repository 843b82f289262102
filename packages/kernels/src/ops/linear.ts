import * as tf from '@tensorflow/tfjs-core';

import { checkRank, checkShape } from '../geometry.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `x weight + bias`: x `[N, in]`, weight `[in, out]` (the transpose of torch's), bias `[out]`.
 * Differentiable in all three.
 *
 * @throws KernelError if the shapes do not fit
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
      return [primitives().linear(x, weight, bias)];
    },
    backward: ([dy], [savedX, savedWeight]): Record<string, () => tf.Tensor> => {
      return {
        x: () => primitives().linearInputGradient(dy, savedWeight),
        weight: () => primitives().linearWeightGradient(savedX, dy),
        bias: () => tf.sum(dy, 0),
      };
    },
  });
  return output;
}
