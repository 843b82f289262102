/* oxlint-disable typescript/no-unsafe-type-assertion -- the specs say which rank each weight has */
import type { Conv2dOp } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';

import type { ConvBlock } from '../architecture/fuse-conv-batch-norm.ts';
import type { ParameterSpec } from '../weights/parameter-spec.ts';

/**
 * Filter and bias of a convolution and the batch norm after it: `(w x + b - mean) k + offset` with
 * `k = scale / sqrt(variance + epsilon)` is `(w k) x + (b - mean) k + offset`. The caller owns both;
 * without a batch norm they are copies.
 *
 * @param tensorOf a parameter or running statistic, which stays whose it is
 */
export function foldWeights(
  { conv, batchNorm }: Pick<ConvBlock, 'conv' | 'batchNorm'>,
  tensorOf: (spec: ParameterSpec) => tf.Tensor,
): Conv2dOp['weights'] {
  const filter = tensorOf(conv.weights.filter);
  const bias = conv.weights.bias && tensorOf(conv.weights.bias);
  if (batchNorm === undefined) return { filter: ownCopy(filter), bias: bias && ownCopy(bias) };
  const { scale, offset, mean, variance } = batchNorm.weights;
  return tf.tidy(() => {
    const std = tf.sqrt(tf.add(tensorOf(variance), batchNorm.epsilon));
    const factor = tf.div(tensorOf(scale), std);
    const average = tensorOf(mean);
    const centre = bias === undefined ? tf.neg(average) : tf.sub(bias, average);
    return {
      // The filter's last axis is the output channel.
      filter: tf.keep(tf.mul(filter, factor)),
      bias: tf.keep(tf.add(tf.mul(centre, factor), tensorOf(offset))),
    };
  });
}

/** On the same buffer, which variables do not write over; of no tidy, as it outlives them. */
export function ownCopy<T extends tf.Tensor>(x: T): T {
  return tf.keep(tf.clone(x));
}
