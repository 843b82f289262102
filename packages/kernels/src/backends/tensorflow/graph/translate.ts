/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which op and rank each has */
import type { Shape4D } from '../../../geometry.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { BatchNormOp, GraphOp, LinearOp, OpOfType } from '../../../graph/ops.ts';
import { isConv2dSupported } from '../native/conv2d.ts';
import { attribute, float32, int32 } from './attribute.ts';
import { fusedConvolution, nativeConvolution, plainConvolution } from './convolution.ts';
import { GraphDefWriter, type Fed, type Precision } from './graph-def-writer.ts';
import { float32Tensor, pad, scalar, tensor, vector } from './operands.ts';
import { avgPool, hasAvgPool, maxPool } from './pooling.ts';

/** A graph as TensorFlow loads it. */
export interface Translated {
  /** The bytes of a `saved_model.pb`. */
  readonly bytes: Uint8Array;
  /** Names of what is given at each run: the graph's input, then the tensors of `fed`. */
  readonly inputs: readonly string[];
  readonly fed: readonly Fed[];
  readonly output: string;
}

/**
 * A graph in TensorFlow's ops.
 *
 * @param isFused whether convolutions become one node with what follows them, their filters fed;
 *   else all weights are constants
 * @param wanted what convolutions and the activations between them are computed in; the ends of the
 *   graph are float32, and so is all of one without convolutions, which has nothing to gain: the head
 * @returns undefined where an op has no translation, or none that is right on images of any size
 */
export function translate(
  { nodes }: Graph,
  isFused: boolean,
  wanted: Precision,
): Translated | undefined {
  const precision = nodes.some(({ op }) => op.type === 'conv2d') ? wanted : 'float32';
  const writer = new GraphDefWriter(precision);
  const values = [writer.cast(writer.input(), 'float32', precision)];
  for (const { op, inputs } of nodes) {
    const sources = inputs.map((value) => values[value]!);
    const write = translations[op.type] as Translation<GraphOp> | undefined;
    const output = write?.(writer, op, sources, isFused);
    if (output === undefined) return undefined;
    values.push(output);
  }
  // A graph may be without ops, and a session does not fetch what it is fed.
  const last = writer.cast(values.at(-1)!, precision, 'float32');
  const output = writer.node('Identity', [last], { T: float32 }, 'output');
  const { inputs, fed } = writer;
  return { bytes: writer.savedModel(), inputs, fed, output };
}

type Translation<Op> = (
  writer: GraphDefWriter,
  op: Op,
  inputs: readonly string[],
  isFused: boolean,
) => string | undefined;

/** A graph with an op that is not here is run op by op. */
const translations: { readonly [Type in GraphOp['type']]?: Translation<OpOfType<Type>> } = {
  conv2d(writer, op, [x, addend], isFused) {
    const isNative = isConv2dSupported(op.weights.filter.shape as Shape4D, op, writer.precision);
    if (isNative) return nativeConvolution(writer, op, x!, addend);
    return (isFused ? fusedConvolution : plainConvolution)(writer, op, x!, addend);
  },
  batchNorm: (writer, op, [x]) => batchNorm(writer, op, x!),
  linear: (writer, op, [x]) => linear(writer, op, x!),
  maxPool: (writer, op, [x]) => maxPool(writer, op, x!),
  avgPool: (writer, op, [x]) => (hasAvgPool(op) ? avgPool(writer, op, x!) : undefined),
  globalAveragePool(writer, _, [x]) {
    // A sum of many: in float32.
    const input = writer.cast(x!, writer.precision, 'float32');
    const axes = vector(writer, [1, 2]);
    const mean = writer.node('Mean', [input, axes], { T: float32, Tidx: int32 });
    return writer.cast(mean, 'float32', writer.precision);
  },
  globalMaxPool: (writer, _, [x]) =>
    writer.node('Max', [x!, vector(writer, [1, 2])], { T: writer.T, Tidx: int32 }),
  concat(writer, _, inputs) {
    const axis = writer.constant([], Int32Array.of(1));
    const N = attribute.integer(inputs.length);
    return writer.node('ConcatV2', [...inputs, axis], { T: writer.T, Tidx: int32, N });
  },
  relu: (writer, _, inputs) => writer.node('Relu', inputs, { T: writer.T }),
  sigmoid: (writer, _, inputs) => writer.node('Sigmoid', inputs, { T: writer.T }),
  add: (writer, _, inputs) => writer.node('AddV2', inputs, { T: writer.T }),
  addRelu(writer, _, inputs) {
    const { T } = writer;
    return writer.node('Relu', [writer.node('AddV2', inputs, { T })], { T });
  },
  multiply: (writer, _, inputs) => writer.node('Mul', inputs, { T: writer.T }),
  multiplyChannels(writer, _, [x, weight]) {
    const { T } = writer;
    let gate = weight!;
    for (let axis = 0; axis < 2; axis++) {
      gate = writer.node('ExpandDims', [gate, vector(writer, [1])], { T, Tdim: int32 });
    }
    return writer.node('Mul', [x!, gate], { T });
  },
  affine(writer, op, [x]) {
    const { T } = writer;
    const scaled = writer.node('Mul', [x!, scalar(writer, op.factor)], { T });
    return writer.node('AddV2', [scaled, scalar(writer, op.shift)], { T });
  },
  padChannels: (writer, op, [x]) => pad(writer, x!, [0, 0, 0, op.before], [0, 0, 0, op.after]),
  padEnd: (writer, op, [x]) => pad(writer, x!, [0, 0, 0, 0], [0, op.count, op.count, 0]),
};

function batchNorm(writer: GraphDefWriter, op: BatchNormOp, x: string): string {
  const { scale, offset, mean, variance } = op.weights;
  const vectors = [scale, offset, mean, variance].map((value) => float32Tensor(writer, value));
  const y = writer.node('FusedBatchNormV3', [x, ...vectors], {
    T: writer.T,
    U: float32,
    epsilon: attribute.float(op.epsilon),
    data_format: attribute.text('NHWC'),
    is_training: attribute.flag(false),
  });
  return op.activation === 'relu' ? writer.node('Relu', [y], { T: writer.T }) : y;
}

function linear(writer: GraphDefWriter, op: LinearOp, x: string): string {
  const { T } = writer;
  const { weight, bias } = op.weights;
  const product = writer.node('MatMul', [x, tensor(writer, weight)], { T });
  if (bias === undefined) return product;
  return writer.node('BiasAdd', [product, tensor(writer, bias)], { T });
}
