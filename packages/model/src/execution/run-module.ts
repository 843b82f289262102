/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import * as kernels from '@resnet/kernels';
import type { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

import { ModelError } from '../errors.ts';
import type { BatchNormOp, Op, Segment } from '../architecture/module.ts';
import { add } from '../ops/add.ts';
import { addBias } from '../ops/add-bias.ts';
import { affine } from '../ops/affine.ts';
import { dropout, dropPath } from '../ops/dropout.ts';
import { globalPool } from '../ops/global-pool.ts';
import { multiply, multiplyChannels } from '../ops/multiply.ts';
import { padChannels } from '../ops/pad-channels.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import { stepsOf, type FusedStep } from './fused-ops.ts';

/** Statistics of one batch norm on one batch, both `[C]`; the variance is the unbiased one. */
export interface BatchStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** What a segment's operations need besides their inputs. */
export interface RunContext {
  /** A parameter or running statistic by its name. */
  readonly tensor: (name: string) => tf.Tensor;
  /** Whether this batch norm normalises by its batch. */
  readonly trainsBatchNorm: (path: string) => boolean;
  readonly onBatchStatistics: (path: string, statistics: BatchStatistics) => void;
  /** Where dropout draws from; absent in inference, where it does nothing. */
  readonly random: Random | undefined;
  readonly training: boolean;
}

/** The output of a segment, which the caller owns; everything in between is freed. */
export function runSegment(segment: Segment, input: tf.Tensor, context: RunContext): tf.Tensor {
  return tf.tidy(() => {
    const values = [input];
    for (const step of stepsOf(segment)) {
      if (step.type === 'fused' && isTraining(step, context)) {
        values[step.output] = runFused(step, values[step.input] as tf.Tensor4D, context);
        continue;
      }
      for (const { node, output } of step.type === 'single' ? [step] : step.singles) {
        const operands = node.inputs.map((index) => values[index]!);
        values[output] = runOp(node.op, operands, context);
      }
    }
    return values.at(-1)!;
  });
}

function isTraining({ units }: FusedStep, context: RunContext): boolean {
  return units.every(({ batchNorm: { path } }) => context.trainsBatchNorm(path));
}

function runFused({ units, inOrder }: FusedStep, x: tf.Tensor4D, context: RunContext): tf.Tensor4D {
  const { output, statistics } = kernels.convBatchNormTraining(
    x,
    units.map(({ conv, batchNorm: norm, input, addend }) => ({
      stride: conv.stride,
      padding: conv.padding,
      dilation: conv.dilation,
      groups: conv.groups,
      epsilon: norm.epsilon,
      activation: addend === undefined ? norm.activation : 'relu',
      filter: context.tensor(`${conv.path}.weight`) as tf.Tensor4D,
      scale: context.tensor(`${norm.path}.weight`) as tf.Tensor1D,
      offset: context.tensor(`${norm.path}.bias`) as tf.Tensor1D,
      input,
      ...(addend !== undefined && { addend }),
    })),
  );
  for (const i of inOrder) context.onBatchStatistics(units[i]!.batchNorm.path, statistics[i]!);
  return output;
}

function runOp(op: Op, inputs: readonly tf.Tensor[], context: RunContext): tf.Tensor {
  const [x, y] = inputs as readonly [tf.Tensor4D, tf.Tensor4D];
  switch (op.type) {
    case 'conv2d': {
      const output = kernels.conv2d(x, context.tensor(`${op.path}.weight`) as tf.Tensor4D, op);
      if (op.bias === undefined) return output;
      return addBias(output, context.tensor(`${op.path}.bias`) as tf.Tensor1D);
    }
    case 'batchNorm':
      return batchNorm(op, x, context);
    case 'relu':
      return kernels.relu(x);
    case 'addRelu':
      return kernels.addRelu(x, y);
    case 'add':
      return add(x, y);
    case 'multiply':
      return multiply(x, y);
    case 'multiplyChannels':
      return multiplyChannels(x, inputs[1] as tf.Tensor2D);
    case 'sigmoid':
      return sigmoid(x);
    case 'affine':
      return affine(x, op.factor, op.shift);
    case 'maxPool':
      return kernels.maxPool2d(x, op);
    case 'avgPool':
      // Neither papers nor timm count what lies outside of the image.
      return kernels.avgPool2d(x, { ...op, countIncludePad: false });
    case 'globalPool':
      return globalPool(x, op.pool);
    case 'linear': {
      const weight = context.tensor(`${op.path}.weight`) as tf.Tensor2D;
      const bias = context.tensor(`${op.path}.bias`) as tf.Tensor1D;
      return kernels.linear(inputs[0] as tf.Tensor2D, weight, bias);
    }
    case 'padChannels':
      return padChannels(x, op.before, op.after);
    case 'padEnd':
      return kernels.padEnd(x, op.count);
    case 'dropout':
      return context.training ? dropout(x, op.rate, randomOf(context, op)) : x;
    case 'dropPath':
      return context.training ? dropPath(x, op.rate, randomOf(context, op)) : x;
  }
}

function batchNorm(op: BatchNormOp, x: tf.Tensor4D, context: RunContext): tf.Tensor4D {
  const vector = (name: string): tf.Tensor1D => context.tensor(`${op.path}.${name}`) as tf.Tensor1D;
  if (!context.trainsBatchNorm(op.path)) {
    const mean = vector('running_mean');
    const variance = vector('running_var');
    return kernels.batchNormInference(x, vector('weight'), vector('bias'), mean, variance, op);
  }
  const result = kernels.batchNormTraining(x, vector('weight'), vector('bias'), op);
  context.onBatchStatistics(op.path, { mean: result.mean, variance: result.variance });
  return result.output;
}

function randomOf({ random }: RunContext, { type }: Op): Random {
  if (random === undefined) {
    throw new ModelError(
      'INPUT_INVALID',
      `forward: ${type} in training needs a generator; pass { training: true, random }`,
    );
  }
  return random;
}
