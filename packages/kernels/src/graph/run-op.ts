/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import type * as tf from '@tensorflow/tfjs-core';

import { add } from '../ops/add.ts';
import { addRelu } from '../ops/add-relu.ts';
import { affine } from '../ops/affine.ts';
import { avgPool2d } from '../ops/avg-pool2d.ts';
import { batchNormInference } from '../ops/batch-norm-inference.ts';
import { concat } from '../ops/concat.ts';
import { fusedConv2d } from '../ops/fused-conv2d.ts';
import { globalAveragePool } from '../ops/global-average-pool.ts';
import { globalMaxPool } from '../ops/global-max-pool.ts';
import { linear } from '../ops/linear.ts';
import { maxPool2d } from '../ops/max-pool2d.ts';
import { multiply } from '../ops/multiply.ts';
import { multiplyChannels } from '../ops/multiply-channels.ts';
import { padChannels } from '../ops/pad-channels.ts';
import { padEnd } from '../ops/pad-end.ts';
import { relu } from '../ops/relu.ts';
import { sigmoid } from '../ops/sigmoid.ts';
import type { GraphOp, OpOfType } from './ops.ts';

type Run<Op> = (op: Op, x: tf.Tensor4D, y: tf.Tensor4D) => tf.Tensor;

/** What each op computes. All are differentiable but `conv2d`, which is fused. */
const run: { readonly [Type in GraphOp['type']]: Run<OpOfType<Type>> } = {
  conv2d: (op, x, addend: tf.Tensor4D | undefined) =>
    fusedConv2d(x, op.weights.filter as tf.Tensor4D, {
      ...op,
      bias: op.weights.bias as tf.Tensor1D | undefined,
      addend,
    }),
  batchNorm: (op, x) => {
    const { scale, offset, mean, variance } = op.weights as Readonly<Record<string, tf.Tensor1D>>;
    return batchNormInference(x, scale!, offset!, mean!, variance!, op);
  },
  linear: ({ weights: { weight, bias } }, x: tf.Tensor) =>
    linear(x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D | undefined),
  maxPool: (op, x) => maxPool2d(x, op),
  avgPool: (op, x) => avgPool2d(x, op),
  globalAveragePool: (_, x) => globalAveragePool(x),
  globalMaxPool: (_, x) => globalMaxPool(x),
  concat: (_, x: tf.Tensor, y: tf.Tensor) => concat(x as tf.Tensor2D, y as tf.Tensor2D),
  relu: (_, x) => relu(x),
  sigmoid: (_, x) => sigmoid(x),
  add: (_, x, y) => add(x, y),
  addRelu: (_, x, y) => addRelu(x, y),
  multiply: (_, x, y) => multiply(x, y),
  multiplyChannels: (_, x, y: tf.Tensor) => multiplyChannels(x, y as tf.Tensor2D),
  affine: ({ factor, shift }, x) => affine(x, factor, shift),
  padChannels: ({ before, after }, x) => padChannels(x, before, after),
  padEnd: ({ count }, x) => padEnd(x, count),
};

/**
 * One op of a graph on the active backend, a batch norm by its running statistics. The caller owns
 * the result. Gradients flow through all but `conv2d`.
 */
export function runOp(op: GraphOp, inputs: readonly tf.Tensor[]): tf.Tensor {
  const [x, y] = inputs as readonly [tf.Tensor4D, tf.Tensor4D];
  return (run[op.type] as Run<GraphOp>)(op, x, y);
}
