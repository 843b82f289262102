/* oxlint-disable typescript/no-unsafe-type-assertion -- the specs say which rank each weight has */
import * as tf from '@tensorflow/tfjs-core';

import type { BatchNormOp, Conv2dOp } from '../architecture/module.ts';

/** On the same buffer, which variables do not write over; of no tidy, as it outlives them. */
export function ownCopy<T extends tf.Tensor>(x: T): T {
  return tf.keep(tf.clone(x));
}

/**
 * Filter and bias of a convolution and the norm after it: `(w x + b - mean) k + offset` with
 * `k = scale / sqrt(variance + epsilon)` is `(w k) x + (b - mean) k + offset`. The caller owns both.
 */
export function foldedConvolution(
  conv: Conv2dOp,
  norm: BatchNormOp | undefined,
  tensorOf: (name: string) => tf.Tensor,
): { readonly filter: tf.Tensor4D; readonly bias: tf.Tensor1D | undefined } {
  const filter = tensorOf(`${conv.path}.weight`) as tf.Tensor4D;
  const bias = conv.bias === undefined ? undefined : (tensorOf(`${conv.path}.bias`) as tf.Tensor1D);
  if (norm === undefined) {
    return { filter: ownCopy(filter), bias: bias && ownCopy(bias) };
  }
  const vector = (name: string): tf.Tensor1D => tensorOf(`${norm.path}.${name}`) as tf.Tensor1D;
  return tf.tidy(() => {
    const deviation = tf.sqrt(tf.add(vector('running_var'), norm.epsilon));
    const factor = tf.div<tf.Tensor1D>(vector('weight'), deviation);
    const mean = vector('running_mean');
    const centre = bias === undefined ? tf.neg(mean) : tf.sub(bias, mean);
    return {
      // The filter's last axis is the output channel.
      filter: tf.keep(tf.mul<tf.Tensor4D>(filter, factor)),
      bias: tf.keep(tf.add<tf.Tensor1D>(tf.mul(centre, factor), vector('bias'))),
    };
  });
}
