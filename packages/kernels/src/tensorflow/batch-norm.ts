import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormForward,
  BatchNormGradients,
  BatchNormSaved,
  BatchNormSettings,
} from '../primitives.ts';
import { relu, reluGradient } from './activation.ts';
import { flag, float, text, type } from './attributes.ts';
import { execute, type Attribute, type Operand } from './backend.ts';
import { nothing } from './constants.ts';
import { hasOwnOperations } from './own-operations.ts';

function attributes(epsilon: number, training: boolean): Attribute[] {
  return [
    type('T', 'float32'),
    type('U', 'float32'),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    flag('is_training', training),
  ];
}

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are FusedBatchNorm's rules */

function fused(
  inputs: readonly Operand[],
  epsilon: number,
  training: boolean,
): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor] {
  return execute(
    'FusedBatchNormV3',
    [...attributes(epsilon, training), float('exponential_avg_factor', 1)],
    inputs,
    6,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor];
}

function fusedGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, spread]: readonly [tf.Tensor1D, tf.Tensor1D],
  epsilon: number,
  training: boolean,
): BatchNormGradients {
  const [dx, dScale, dOffset, ...unused] = execute(
    'FusedBatchNormGradV3',
    attributes(epsilon, training),
    // The sixth input is a workspace that only cuDNN's persistent mode reads, which is off.
    [dy, x, scale, mean, spread, nothing()],
    5,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  tf.dispose(unused);
  return { x: dx, scale: dScale, offset: dOffset };
}

/* oxlint-enable typescript/no-unsafe-type-assertion */

/** Replaces `x` by its ReLU where the settings ask for it. */
function activate(x: tf.Tensor4D, { activation }: BatchNormSettings): tf.Tensor4D {
  if (activation === 'none') return x;
  const output = relu(x);
  tf.dispose(x);
  return output;
}

/** Runs `backward` on the gradient before the activation. */
function throughActivation(
  dy: tf.Tensor4D,
  output: tf.Tensor4D | undefined,
  { activation }: BatchNormSettings,
  backward: (dy: tf.Tensor4D) => BatchNormGradients,
): BatchNormGradients {
  if (activation === 'none') return backward(dy);
  const upstream = reluGradient(dy, output!);
  const gradients = backward(upstream);
  tf.dispose(upstream);
  return gradients;
}

/** Output, mean, variance and the two that the gradient needs. */
type OwnResults = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];

function ownAttributes({ epsilon, activation }: BatchNormSettings): Attribute[] {
  return [type('T', 'float32'), float('epsilon', epsilon), flag('relu', activation === 'relu')];
}

export function batchNormTraining(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  settings: BatchNormSettings,
): BatchNormForward {
  if (hasOwnOperations()) {
    const results = execute('ResnetBatchNorm', ownAttributes(settings), [x, scale, offset], 5);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation's ranks
    const [result, average, spread, ...saved] = results as OwnResults;
    return { output: result, mean: average, variance: spread, saved };
  }
  // Without a running average to continue, mean and variance come in empty. The variance that
  // comes out is unbiased, and what is kept for the gradient (a variance on CPU, an inverse
  // deviation on CUDA) is the gradient operation's own business. On CPU the sums are plain float32
  // ones: the README has what that costs in precision.
  const [normalised, mean, variance, savedMean, savedSpread, workspace] = fused(
    [x, scale, offset, nothing(), nothing()],
    settings.epsilon,
    true,
  );
  tf.dispose(workspace);
  const output = activate(normalised, settings);
  return { output, mean, variance, saved: [savedMean, savedSpread] };
}

export function batchNormGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  saved: BatchNormSaved,
  output: tf.Tensor4D | undefined,
  settings: BatchNormSettings,
): BatchNormGradients {
  if (hasOwnOperations()) {
    const operands = [dy, x, scale, ...saved];
    const results = execute('ResnetBatchNormGrad', ownAttributes(settings), operands, 3);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the operation's ranks
    const [dx, dScale, dOffset] = results as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    return { x: dx, scale: dScale, offset: dOffset };
  }
  return throughActivation(dy, output, settings, (upstream) =>
    fusedGradient(upstream, x, scale, saved, settings.epsilon, true),
  );
}

export function batchNormInference(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  settings: BatchNormSettings,
): tf.Tensor4D {
  const [normalised, ...unused] = fused(
    [x, scale, offset, mean, variance],
    settings.epsilon,
    false,
  );
  tf.dispose(unused);
  return activate(normalised, settings);
}

export function batchNormInferenceGradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  output: tf.Tensor4D | undefined,
  settings: BatchNormSettings,
): BatchNormGradients {
  return throughActivation(dy, output, settings, (upstream) =>
    fusedGradient(upstream, x, scale, [mean, variance], settings.epsilon, false),
  );
}
