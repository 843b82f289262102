import * as tf from '@tensorflow/tfjs-core';

import type {
  BatchNormForward,
  BatchNormGradients,
  BatchNormSettings,
  Primitives,
} from '../../primitives.ts';
import { activationOn } from './activation.ts';
import { flag, float, text, type } from './attributes.ts';
import { handles, type Attribute, type Operand } from './backend.ts';
import { nothing } from './constants.ts';
import type { Executor } from './executor.ts';
import { hasOwnOperations } from './own-operations.ts';

function attributes({ dtype }: Executor, epsilon: number, training: boolean): Attribute[] {
  return [
    type('T', dtype),
    type('U', 'float32'),
    float('epsilon', epsilon),
    text('data_format', 'NHWC'),
    flag('is_training', training),
  ];
}

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are FusedBatchNorm's rules */

function fused(
  on: Executor,
  x: tf.Tensor4D,
  parameters: readonly Operand[],
  epsilon: number,
  training: boolean,
): [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor] {
  return on.execute(
    'FusedBatchNormV3',
    [...attributes(on, epsilon, training), float('exponential_avg_factor', 1)],
    [x, ...handles(parameters)],
    6,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor];
}

function fusedGradient(
  on: Executor,
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [mean, spread]: readonly [tf.Tensor1D, tf.Tensor1D],
  epsilon: number,
  training: boolean,
): BatchNormGradients {
  const [dx, dScale, dOffset, ...unused] = on.execute(
    'FusedBatchNormGradV3',
    attributes(on, epsilon, training),
    // The sixth input is a workspace that only cuDNN's persistent mode reads, which is off.
    [dy, x, ...handles([scale, mean, spread, nothing()])],
    5,
  ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
  tf.dispose(unused);
  return { x: dx, scale: dScale, offset: dOffset };
}

/** Output, mean, variance and the two that the gradient needs. */
type OwnResults = [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];

function ownForward(
  on: Executor,
  x: tf.Tensor4D,
  parameters: readonly Operand[],
  settings: BatchNormSettings,
): BatchNormForward {
  const results = on.execute(
    'ResnetBatchNorm',
    ownAttributes(on, settings),
    [x, ...handles(parameters)],
    5,
  );
  const [output, mean, variance, ...saved] = results as OwnResults;
  return { output, mean, variance, saved };
}

function ownGradient(
  on: Executor,
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  parameters: readonly Operand[],
  settings: BatchNormSettings,
): BatchNormGradients {
  const results = on.execute(
    'ResnetBatchNormGrad',
    ownAttributes(on, settings),
    [dy, x, ...handles(parameters)],
    3,
  );
  const [dx, dScale, dOffset] = results as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  return { x: dx, scale: dScale, offset: dOffset };
}

/* oxlint-enable typescript/no-unsafe-type-assertion */

function ownAttributes(
  { dtype }: Executor,
  { epsilon, activation }: BatchNormSettings,
): Attribute[] {
  return [type('T', dtype), float('epsilon', epsilon), flag('relu', activation === 'relu')];
}

type BatchNormPrimitives = Pick<
  Primitives,
  'batchNormTraining' | 'batchNormGradient' | 'batchNormInference' | 'batchNormInferenceGradient'
>;

/** Statistics, scales and offsets are float32 whatever the executor's arithmetic. */
export function batchNormOn(on: Executor): BatchNormPrimitives {
  const { relu, reluGradient } = activationOn(on);

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

  return {
    batchNormTraining(x, scale, offset, settings) {
      if (hasOwnOperations()) return ownForward(on, x, [scale, offset], settings);
      // Without a running average to continue, mean and variance come in empty. The variance that
      // comes out is unbiased, and what is kept for the gradient (a variance on CPU, an inverse
      // deviation on CUDA) is the gradient operation's own business. On CPU the sums are plain
      // float32 ones: the README has what that costs in precision.
      const [normalised, mean, variance, savedMean, savedSpread, workspace] = fused(
        on,
        x,
        [scale, offset, nothing(), nothing()],
        settings.epsilon,
        true,
      );
      tf.dispose(workspace);
      const output = activate(normalised, settings);
      return { output, mean, variance, saved: [savedMean, savedSpread] };
    },

    batchNormGradient(dy, x, scale, saved, output, settings) {
      if (hasOwnOperations()) return ownGradient(on, dy, x, [scale, ...saved], settings);
      return throughActivation(dy, output, settings, (upstream) =>
        fusedGradient(on, upstream, x, scale, saved, settings.epsilon, true),
      );
    },

    batchNormInference(x, scale, offset, mean, variance, settings) {
      const [normalised, ...unused] = fused(
        on,
        x,
        [scale, offset, mean, variance],
        settings.epsilon,
        false,
      );
      tf.dispose(unused);
      return activate(normalised, settings);
    },

    batchNormInferenceGradient(dy, x, scale, mean, variance, output, settings) {
      return throughActivation(dy, output, settings, (upstream) =>
        fusedGradient(on, upstream, x, scale, [mean, variance], settings.epsilon, false),
      );
    },
  };
}
