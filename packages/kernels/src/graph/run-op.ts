/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import * as tf from '@tensorflow/tfjs-core';

import { batchNormInference } from '../ops/batch-norm.ts';
import { add, multiply, sigmoid } from '../ops/elementwise.ts';
import { fusedConv2d } from '../ops/fused-conv2d.ts';
import { linear } from '../ops/linear.ts';
import { padChannels } from '../ops/pad-channels.ts';
import { padEnd } from '../ops/pad-end.ts';
import { avgPool2d, globalAveragePool, maxPool2d } from '../ops/pooling.ts';
import { addRelu, relu } from '../ops/relu.ts';
import type { GraphOp } from './graph.ts';

/** One operation of a graph by the active backend's primitives; the caller owns the result. */
export function runOp(op: GraphOp, inputs: readonly tf.Tensor[]): tf.Tensor {
  const [x, y] = inputs as readonly [tf.Tensor4D, tf.Tensor4D];
  switch (op.type) {
    case 'conv2d':
      return fusedConv2d(x, op.filter, { ...op, addend: y });
    case 'batchNorm':
      return batchNormInference(x, op.scale, op.offset, op.mean, op.variance, op);
    case 'linear':
      return linear(inputs[0] as tf.Tensor2D, op.weight, op.bias);
    case 'maxPool':
      return maxPool2d(x, op);
    case 'avgPool':
      return avgPool2d(x, op);
    case 'relu':
      return relu(x);
    case 'sigmoid':
      return sigmoid(x);
    case 'add':
      return add(x, y);
    case 'addRelu':
      return addRelu(x, y);
    case 'multiply':
      return multiply(x, y);
    case 'multiplyChannels': {
      const [batch, channels] = inputs[1]!.shape as [number, number];
      return tf.tidy(() => multiply(x, tf.reshape(y, [batch, 1, 1, channels])));
    }
    case 'affine':
      return tf.tidy(() => tf.add(tf.mul(x, op.factor), op.shift));
    case 'globalAveragePool':
      return globalAveragePool(x);
    case 'globalMaxPool':
      return tf.max(x, [1, 2]);
    case 'concat':
      return tf.concat([inputs[0]!, inputs[1]!], 1);
    case 'padChannels':
      return padChannels(x, op.before, op.after);
    case 'padEnd':
      return padEnd(x, op.count);
  }
}
