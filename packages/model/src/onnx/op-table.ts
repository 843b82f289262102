import type { BatchNormOp, Conv2dOp, OpOfType } from '@resnet/kernels';

import type { Op } from '../architecture/module.ts';
import { modulePath, type ParameterSpec } from '../weights/parameter-spec.ts';
import { foldWeights } from './fold-weights.ts';
import type { Attributes } from './model-proto.ts';
import type { OnnxWriter } from './onnx-writer.ts';

/** Writes an op; gives its output's name, which is `name` where nothing else names it. */
type Write<Op> = (writer: OnnxWriter, op: Op, name: string, inputs: readonly string[]) => string;

/** Every op of inference in ONNX's, channels first as ONNX has them. */
const opTable: { readonly [Type in Op['type']]: Write<Extract<Op, { readonly type: Type }>> } = {
  conv2d(writer, op, _, [x]) {
    const { filter, bias } = op.weights;
    const weights = [filter, ...(bias === undefined ? [] : [bias])];
    const inputs = [x!, ...weights.map((spec) => writer.parameter(spec))];
    return writer.node('Conv', modulePath(filter), inputs, convAttributes(op));
  },
  batchNorm(writer, { epsilon, activation, weights }, _, [x]) {
    const { scale, offset, mean, variance } = weights;
    const path = modulePath(scale);
    const parameters = [scale, offset, mean, variance].map((spec) => writer.parameter(spec));
    const y = writer.node('BatchNormalization', path, [x!, ...parameters], { epsilon });
    return activation === 'relu' ? writer.node('Relu', `${path}.relu`, [y]) : y;
  },
  linear(writer, { weights: { weight, bias } }, _, [x]) {
    const inputs = [x!, writer.parameter(weight, weight.shape.slice(0, 2))];
    if (bias !== undefined) inputs.push(writer.parameter(bias));
    return writer.node('Gemm', modulePath(weight), inputs, { transB: 1 });
  },
  maxPool: (writer, op, name, inputs) =>
    writer.node('MaxPool', name, inputs, { ...poolAttributes(op), ceil_mode: 0 }),
  avgPool: (writer, op, name, inputs) =>
    writer.node('AveragePool', name, inputs, {
      ...poolAttributes(op),
      ceil_mode: op.ceilMode ? 1 : 0,
      count_include_pad: op.countIncludePad ? 1 : 0,
    }),
  globalAveragePool: (writer, _, name, inputs) =>
    writer.node('Flatten', name, [writer.node('GlobalAveragePool', `${name}.pool`, inputs)], {
      axis: 1,
    }),
  globalMaxPool: (writer, _, name, inputs) =>
    writer.node('Flatten', name, [writer.node('GlobalMaxPool', `${name}.pool`, inputs)], {
      axis: 1,
    }),
  concat: (writer, _, name, inputs) => writer.node('Concat', name, inputs, { axis: 1 }),
  relu: (writer, _, name, inputs) => writer.node('Relu', name, inputs),
  sigmoid: (writer, _, name, inputs) => writer.node('Sigmoid', name, inputs),
  add: (writer, _, name, inputs) => writer.node('Add', name, inputs),
  addRelu: (writer, _, name, inputs) =>
    writer.node('Relu', name, [writer.node('Add', `${name}.sum`, inputs)]),
  multiply: (writer, _, name, inputs) => writer.node('Mul', name, inputs),
  multiplyChannels(writer, _, name, [x, weight]) {
    const axes = writer.integers('axes.image', [2, 3]);
    const gate = writer.node('Unsqueeze', `${name}.gate`, [weight!, axes]);
    return writer.node('Mul', name, [x!, gate]);
  },
  affine(writer, { factor, shift }, name, [x]) {
    const operands = [x!, writer.scalar(`${name}.factor`, factor)];
    const scaled = writer.node('Mul', `${name}.scaled`, operands);
    return writer.node('Add', name, [scaled, writer.scalar(`${name}.shift`, shift)]);
  },
  padChannels(writer, { before, after }, name, [x]) {
    const pads = writer.integers(`${name}.pads`, [0, before, 0, 0, 0, after, 0, 0]);
    return writer.node('Pad', name, [x!, pads]);
  },
  padEnd(writer, { count }, name, [x]) {
    const pads = writer.integers(`${name}.pads`, [0, 0, 0, 0, 0, 0, count, count]);
    return writer.node('Pad', name, [x!, pads]);
  },
  dropout: (_, __, ___, [x]) => x!,
  dropPath: (_, __, ___, [x]) => x!,
};

/** Writes one op of inference; gives its output's name. */
export function writeOp(
  writer: OnnxWriter,
  op: Op,
  name: string,
  inputs: readonly string[],
): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- by the op's own type
  return (opTable[op.type] as Write<Op>)(writer, op, name, inputs);
}

/** Writes a convolution with its batch norm folded into its weights, and its ReLU. */
export function writeFoldedConv(
  writer: OnnxWriter,
  conv: Conv2dOp<ParameterSpec>,
  batchNorm: BatchNormOp<ParameterSpec>,
  x: string,
): string {
  const { filter } = conv.weights;
  const path = modulePath(filter);
  const { weight, bias } = foldWeights(conv, batchNorm, (spec) => writer.values(spec));
  const inputs = [
    x,
    writer.constant(`${path}.weight`, filter.shape, weight),
    writer.constant(`${path}.bias`, [bias.length], bias),
  ];
  const y = writer.node('Conv', path, inputs, convAttributes(conv));
  if (batchNorm.activation === 'none') return y;
  return writer.node('Relu', `${modulePath(batchNorm.weights.scale)}.relu`, [y]);
}

function convAttributes(op: Conv2dOp<ParameterSpec>): Attributes {
  return {
    kernel_shape: op.weights.filter.shape.slice(2),
    strides: both(op.stride),
    pads: [...both(op.padding), ...both(op.padding)],
    dilations: both(op.dilation),
    group: op.groups,
  };
}

function poolAttributes(op: OpOfType<'maxPool' | 'avgPool'>): Attributes {
  return {
    kernel_shape: both(op.kernelSize),
    strides: both(op.stride),
    pads: [...both(op.padding), ...both(op.padding)],
  };
}

function both(value: number): [number, number] {
  return [value, value];
}
