/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import type * as tf from '@tensorflow/tfjs-core';

import type { BatchNormOp, Graph, GraphOp, LinearOp } from '../../graph/graph.ts';
import { fusedConvolution, plainConvolution } from './convolution.ts';
import { attribute, GraphDefWriter } from './graph-def.ts';
import { avgPool, hasAvgPool, maxPool } from './pooling.ts';
import { float32, int32, pad, scalar, tensor, vector } from './values.ts';

export interface Translated {
  /** The bytes of a `saved_model.pb`. */
  readonly bytes: Uint8Array;
  /** Names of what is given at each run: the graph's input, then the tensors of `fed`. */
  readonly inputs: readonly string[];
  readonly fed: readonly tf.Tensor[];
  readonly output: string;
}

/**
 * A graph in TensorFlow's operations.
 *
 * @param isFused whether convolutions become one node with what follows them, their filters fed;
 *   else all weights are constants
 * @returns undefined where TensorFlow has no operation that does the same on images of any size
 */
export function translate({ nodes }: Graph, isFused: boolean): Translated | undefined {
  if (nodes.some(({ op }) => op.type === 'avgPool' && !hasAvgPool(op))) return undefined;
  const writer = new GraphDefWriter();
  const values = [writer.input()];
  for (const { op, inputs } of nodes) {
    const sources = inputs.map((value) => values[value]!);
    values.push(translateOp(writer, op, sources, isFused));
  }
  // A graph may be without operations, and a session does not fetch what it is fed.
  const output = writer.node('Identity', [values.at(-1)!], { T: float32 }, 'output');
  return { bytes: writer.savedModel(), inputs: writer.inputs, fed: writer.fed, output };
}

function translateOp(
  writer: GraphDefWriter,
  op: GraphOp,
  inputs: readonly string[],
  isFused: boolean,
): string {
  const x = inputs[0]!;
  const T = float32;
  switch (op.type) {
    case 'conv2d':
      return (isFused ? fusedConvolution : plainConvolution)(writer, op, x, inputs[1]);
    case 'batchNorm':
      return batchNorm(writer, op, x);
    case 'linear':
      return linear(writer, op, x);
    case 'maxPool':
      return maxPool(writer, op, x);
    case 'avgPool':
      return avgPool(writer, op, x);
    case 'relu':
      return writer.node('Relu', [x], { T });
    case 'sigmoid':
      return writer.node('Sigmoid', [x], { T });
    case 'add':
      return writer.node('AddV2', inputs, { T });
    case 'addRelu':
      return writer.node('Relu', [writer.node('AddV2', inputs, { T })], { T });
    case 'multiply':
      return writer.node('Mul', inputs, { T });
    case 'multiplyChannels': {
      let gate = inputs[1]!;
      for (let axis = 0; axis < 2; axis++) {
        gate = writer.node('ExpandDims', [gate, vector(writer, [1])], { T, Tdim: int32 });
      }
      return writer.node('Mul', [x, gate], { T });
    }
    case 'affine': {
      const scaled = writer.node('Mul', [x, scalar(writer, op.factor)], { T });
      return writer.node('AddV2', [scaled, scalar(writer, op.shift)], { T });
    }
    case 'globalAveragePool':
      return writer.node('Mean', [x, vector(writer, [1, 2])], { T, Tidx: int32 });
    case 'globalMaxPool':
      return writer.node('Max', [x, vector(writer, [1, 2])], { T, Tidx: int32 });
    case 'concat': {
      const axis = writer.constant([], Int32Array.of(1));
      return writer.node('ConcatV2', [...inputs, axis], {
        T,
        Tidx: int32,
        N: attribute.integer(inputs.length),
      });
    }
    case 'padChannels':
      return pad(writer, x, [0, 0, 0, op.before], [0, 0, 0, op.after]);
  }
}

function batchNorm(writer: GraphDefWriter, op: BatchNormOp, x: string): string {
  const vectors = [op.scale, op.offset, op.mean, op.variance];
  const y = writer.node('FusedBatchNormV3', [x, ...vectors.map((value) => tensor(writer, value))], {
    T: float32,
    U: float32,
    epsilon: attribute.float(op.epsilon),
    data_format: attribute.text('NHWC'),
    is_training: attribute.flag(false),
  });
  return op.activation === 'relu' ? writer.node('Relu', [y], { T: float32 }) : y;
}

function linear(writer: GraphDefWriter, op: LinearOp, x: string): string {
  const T = float32;
  const product = writer.node('MatMul', [x, tensor(writer, op.weight)], { T });
  if (op.bias === undefined) return product;
  return writer.node('BiasAdd', [product, tensor(writer, op.bias)], { T });
}
