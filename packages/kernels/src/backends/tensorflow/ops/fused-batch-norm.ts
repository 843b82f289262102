import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../../../activation.ts';
import type { BatchNormGradients } from '../../../ops/batch-norm.ts';
import { flag, float, text, type } from '../attributes.ts';
import { handles, type Attribute, type Operand } from '../backend.ts';
import { nothing } from '../constants.ts';
import type { Executor } from '../executor.ts';

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are FusedBatchNorm's rules */

function attributes({ dtype }: Executor, epsilon: number, training: boolean): Attribute[] {
  return [
    type('T', dtype),
    type('U', 'float32'),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    flag('is_training', training),
  ];
}

/** Output, mean, variance, two vectors for the gradient, and cuDNN's workspace. */
export function fusedBatchNorm(
  executor: Executor,
  x: tf.Tensor4D,
  vectors: readonly Operand[],
  epsilon: number,
  training: boolean,
): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor] {
  return executor.execute(
    'FusedBatchNormV3',
    [...attributes(executor, epsilon, training), float('exponential_avg_factor', 1)],
    [x, ...handles(vectors)],
    6,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor];
}

/** @param saved of {@link fusedBatchNorm} in training, else mean and variance */
export function fusedBatchNormGradient(
  executor: Executor,
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  saved: readonly [tf.Tensor1D, tf.Tensor1D],
  epsilon: number,
  training: boolean,
): BatchNormGradients {
  const [dx, dScale, dOffset, ...unused] = executor.execute(
    'FusedBatchNormGradV3',
    attributes(executor, epsilon, training),
    // The sixth input is a workspace that only cuDNN's persistent mode reads, which is off.
    [dy, x, ...handles([scale, ...saved, nothing()])],
    5,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  tf.dispose(unused);
  return { x: dx, scale: dScale, offset: dOffset };
}

/* oxlint-enable typescript/no-unsafe-type-assertion */

/** Replaces `x` by its ReLU where there is one. */
export function activate(
  { dtype, run }: Executor,
  x: tf.Tensor4D,
  activation: Activation,
): tf.Tensor4D {
  if (activation === 'none') return x;
  const output = run<tf.Tensor4D>('Relu', [type('T', dtype)], [x]);
  tf.dispose(x);
  return output;
}

/** Runs `backward` on the gradient before the activation. */
export function throughActivation(
  { dtype, run }: Executor,
  dy: tf.Tensor4D,
  output: tf.Tensor4D | undefined,
  activation: Activation,
  backward: (dy: tf.Tensor4D) => BatchNormGradients,
): BatchNormGradients {
  if (activation === 'none') return backward(dy);
  const upstream = run<tf.Tensor4D>('ReluGrad', [type('T', dtype)], [dy, output!]);
  const gradients = backward(upstream);
  tf.dispose(upstream);
  return gradients;
}
