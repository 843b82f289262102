/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import { convBatchNormTraining } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';

import type { Module } from '../architecture/module.ts';
import { modulePath } from '../weights/parameter-spec.ts';
import { trainingOps, type FusedOp } from './fused-ops.ts';
import type { RunContext } from './run-context.ts';
import { runOp } from './run-op.ts';

/** The output of a module, which the caller owns; everything in between is freed. */
export function runModule(module: Module, input: tf.Tensor, context: RunContext): tf.Tensor {
  return tf.tidy(() => {
    const values = [input];
    for (const op of trainingOps(module)) {
      if (op.type === 'fused' && isTraining(op, context)) {
        values[op.output] = runFused(op, values[op.input] as tf.Tensor4D, context);
        continue;
      }
      for (const index of op.type === 'fused' ? op.nodes : [op.index]) {
        const node = module.nodes[index]!;
        const operands = node.inputs.map((value) => values[value]!);
        values[index + 1] = runOp(node.op, operands, context);
      }
    }
    return values.at(-1)!;
  });
}

function isTraining({ blocks }: FusedOp, context: RunContext): boolean {
  return blocks.every(({ batchNorm }) =>
    context.trainsBatchNorm(modulePath(batchNorm.weights.scale)),
  );
}

function runFused(
  { blocks, normOrder }: FusedOp,
  x: tf.Tensor4D,
  context: RunContext,
): tf.Tensor4D {
  const { output, statistics } = convBatchNormTraining(
    x,
    blocks.map(({ conv, batchNorm, activation, input, addend }) => ({
      stride: conv.stride,
      padding: conv.padding,
      dilation: conv.dilation,
      groups: conv.groups,
      epsilon: batchNorm.epsilon,
      activation,
      filter: context.tensorOf(conv.weights.filter) as tf.Tensor4D,
      scale: context.tensorOf(batchNorm.weights.scale) as tf.Tensor1D,
      offset: context.tensorOf(batchNorm.weights.offset) as tf.Tensor1D,
      input,
      ...(addend !== undefined && { addend }),
    })),
  );
  for (const i of normOrder) {
    context.onBatchStatistics(modulePath(blocks[i]!.batchNorm.weights.scale), statistics[i]!);
  }
  return output;
}
