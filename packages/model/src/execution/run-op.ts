/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import * as kernels from '@resnet/kernels';
import type { Random } from '@resnet/random';
import type * as tf from '@tensorflow/tfjs-core';

import type { DropoutOp, Op } from '../architecture/module.ts';
import { ModelError } from '../errors.ts';
import { modulePath, type ParameterSpec } from '../weights/parameter-spec.ts';
import { dropout, dropPath } from './dropout.ts';
import type { RunContext } from './run-context.ts';

/**
 * One op, so that gradients flow through. What an op computes is kernels' `runOp`, but for those that
 * training does in another way. The caller owns the result.
 *
 * @throws {ModelError} INPUT_INVALID when dropout in training has no generator
 */
export function runOp(op: Op, inputs: readonly tf.Tensor[], context: RunContext): tf.Tensor {
  const x = inputs[0] as tf.Tensor4D;
  switch (op.type) {
    case 'conv2d': {
      const filter = context.tensorOf(op.weights.filter) as tf.Tensor4D;
      const output = kernels.conv2d(x, filter, op);
      if (op.weights.bias === undefined) return output;
      return kernels.addBias(output, context.tensorOf(op.weights.bias) as tf.Tensor1D);
    }
    case 'batchNorm': {
      const path = modulePath(op.weights.scale);
      return context.trainsBatchNorm(path)
        ? batchNormTraining(op, path, x, context)
        : kernels.runOp(kernels.mapWeights(op, context.tensorOf), inputs);
    }
    case 'dropout':
      return context.training ? dropout(x, op.rate, randomOf(context, op)) : x;
    case 'dropPath':
      return context.training ? dropPath(x, op.rate, randomOf(context, op)) : x;
    default:
      return kernels.runOp(kernels.mapWeights(op, context.tensorOf), inputs);
  }
}

function batchNormTraining(
  op: kernels.BatchNormOp<ParameterSpec>,
  path: string,
  x: tf.Tensor4D,
  context: RunContext,
): tf.Tensor4D {
  const scale = context.tensorOf(op.weights.scale) as tf.Tensor1D;
  const offset = context.tensorOf(op.weights.offset) as tf.Tensor1D;
  const { output, mean, variance } = kernels.batchNormTraining(x, scale, offset, op);
  context.onBatchStatistics(path, { mean, variance });
  return output;
}

function randomOf({ random }: RunContext, { type }: DropoutOp): Random {
  if (random === undefined) {
    throw new ModelError('INPUT_INVALID', `forward: ${type} in training needs a generator`, {
      hint: 'Pass { training: true, random }.',
    });
  }
  return random;
}
