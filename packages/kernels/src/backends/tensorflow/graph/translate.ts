/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import type { BatchNormOp, Graph, GraphOp, LinearOp } from '../../../graph/graph.ts';
import { suitsOwn } from '../own-convolution.ts';
import { fusedConvolution, ownConvolution, plainConvolution } from './convolution.ts';
import { attribute, type Fed } from './graph-def.ts';
import { avgPool, hasAvgPool, maxPool } from './pooling.ts';
import {
  float32,
  float32Tensor,
  GraphWriter,
  int32,
  pad,
  scalar,
  tensor,
  vector,
  type Precision,
} from './values.ts';

export interface Translated {
  /** The bytes of a `saved_model.pb`. */
  readonly bytes: Uint8Array;
  /** Names of what is given at each run: the graph's input, then the tensors of `fed`. */
  readonly inputs: readonly string[];
  readonly fed: readonly Fed[];
  readonly output: string;
}

/**
 * A graph in TensorFlow's operations.
 *
 * @param isFused whether convolutions become one node with what follows them, their filters fed;
 *   else all weights are constants
 * @param wanted what convolutions and what lies between them compute in; the ends of the graph are
 *   float32, and so is all of one without convolutions, which has nothing to gain: the head
 * @returns undefined where TensorFlow has no operation that does the same on images of any size
 */
export function translate(
  { nodes }: Graph,
  isFused: boolean,
  wanted: Precision,
): Translated | undefined {
  if (nodes.some(({ op }) => op.type === 'avgPool' && !hasAvgPool(op))) return undefined;
  const precision = nodes.some(({ op }) => op.type === 'conv2d') ? wanted : 'float32';
  const writer = new GraphWriter(precision);
  const values = [writer.cast(writer.input(), 'float32', precision)];
  for (const { op, inputs } of nodes) {
    const sources = inputs.map((value) => values[value]!);
    values.push(translateOp(writer, op, sources, isFused));
  }
  // A graph may be without operations, and a session does not fetch what it is fed.
  const last = writer.cast(values.at(-1)!, precision, 'float32');
  const output = writer.node('Identity', [last], { T: float32 }, 'output');
  const { inputs, fed } = writer;
  return { bytes: writer.savedModel(), inputs, fed, output };
}

function translateOp(
  writer: GraphWriter,
  op: GraphOp,
  inputs: readonly string[],
  isFused: boolean,
): string {
  const x = inputs[0]!;
  const { T } = writer;
  switch (op.type) {
    case 'conv2d':
      if (suitsOwn(op.filter.shape, op, writer.precision)) {
        return ownConvolution(writer, op, x, inputs[1]);
      }
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
    case 'globalAveragePool': {
      // A sum of many: in float32.
      const wide = writer.cast(x, writer.precision, 'float32');
      const mean = writer.node('Mean', [wide, vector(writer, [1, 2])], { T: float32, Tidx: int32 });
      return writer.cast(mean, 'float32', writer.precision);
    }
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
    case 'padEnd':
      return pad(writer, x, [0, 0, 0, 0], [0, op.count, op.count, 0]);
  }
}

function batchNorm(writer: GraphWriter, op: BatchNormOp, x: string): string {
  const vectors = [op.scale, op.offset, op.mean, op.variance];
  const y = writer.node(
    'FusedBatchNormV3',
    [x, ...vectors.map((value) => float32Tensor(writer, value))],
    {
      T: writer.T,
      U: float32,
      epsilon: attribute.float(op.epsilon),
      data_format: attribute.text('NHWC'),
      is_training: attribute.flag(false),
    },
  );
  return op.activation === 'relu' ? writer.node('Relu', [y], { T: writer.T }) : y;
}

function linear(writer: GraphWriter, op: LinearOp, x: string): string {
  const { T } = writer;
  const product = writer.node('MatMul', [x, tensor(writer, op.weight)], { T });
  if (op.bias === undefined) return product;
  return writer.node('BiasAdd', [product, tensor(writer, op.bias)], { T });
}
