/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import type { BatchNormOp, Conv2dOp, Op, PoolOp } from '../architecture/module.ts';
import { foldedConvolution } from './fold.ts';
import type { OnnxWriter } from './onnx-writer.ts';
import type { Attributes } from './proto.ts';

/** Writes one operation of inference, channels first as ONNX has them; gives its output's name. */
export function writeOp(
  writer: OnnxWriter,
  op: Op,
  name: string,
  inputs: readonly string[],
  folded: BatchNormOp | undefined,
): string {
  const x = inputs[0]!;
  switch (op.type) {
    case 'conv2d':
      return writeConvolution(writer, op, x, folded);
    case 'batchNorm':
      return writeBatchNorm(writer, op, x);
    case 'relu':
      return writer.node('Relu', name, [x]);
    case 'sigmoid':
      return writer.node('Sigmoid', name, [x]);
    case 'add':
      return writer.node('Add', name, inputs);
    case 'addRelu':
      return writer.node('Relu', name, [writer.node('Add', `${name}.sum`, inputs)]);
    case 'multiply':
      return writer.node('Mul', name, inputs);
    case 'multiplyChannels': {
      const axes = writer.integers('axes.image', [2, 3]);
      const gate = writer.node('Unsqueeze', `${name}.gate`, [inputs[1]!, axes]);
      return writer.node('Mul', name, [x, gate]);
    }
    case 'affine': {
      const scaled = writer.node('Mul', `${name}.scaled`, [
        x,
        writer.scalar(`${name}.factor`, op.factor),
      ]);
      return writer.node('Add', name, [scaled, writer.scalar(`${name}.shift`, op.shift)]);
    }
    case 'maxPool':
      return writer.node('MaxPool', name, [x], poolAttributes(op));
    case 'avgPool':
      return writer.node('AveragePool', name, [x], poolAttributes(op));
    case 'globalPool':
      return writeGlobalPool(writer, op.pool, name, x);
    case 'linear': {
      const shape = [op.outFeatures, op.inFeatures];
      const weight = writer.parameter(`${op.path}.weight`, shape);
      const bias = writer.parameter(`${op.path}.bias`);
      return writer.node('Gemm', op.path, [x, weight, bias], { transB: 1 });
    }
    case 'padChannels': {
      const pads = writer.integers(`${name}.pads`, [0, op.before, 0, 0, 0, op.after, 0, 0]);
      return writer.node('Pad', name, [x, pads]);
    }
    case 'padEnd': {
      const pads = writer.integers(`${name}.pads`, [0, 0, 0, 0, 0, 0, op.count, op.count]);
      return writer.node('Pad', name, [x, pads]);
    }
    case 'dropout':
    case 'dropPath':
      return x;
  }
}

function writeConvolution(
  writer: OnnxWriter,
  op: Conv2dOp,
  x: string,
  norm: BatchNormOp | undefined,
): string {
  const { path, outChannels, inChannels, groups, kernelSize, stride, padding, dilation } = op;
  const attributes: Attributes = {
    kernel_shape: both(kernelSize),
    strides: both(stride),
    pads: [...both(padding), ...both(padding)],
    dilations: both(dilation),
    group: groups,
  };
  const shape = [outChannels, inChannels / groups, kernelSize, kernelSize];
  if (norm !== undefined) {
    const { weight, bias } = foldedConvolution(writer, op, norm);
    const names = [
      writer.constant(`${path}.weight`, shape, weight),
      writer.constant(`${path}.bias`, [outChannels], bias),
    ];
    const y = writer.node('Conv', path, [x, ...names], attributes);
    return norm.activation === 'relu' ? writer.node('Relu', `${norm.path}.relu`, [y]) : y;
  }
  const bias = op.bias === undefined ? [] : [writer.parameter(`${path}.bias`)];
  return writer.node('Conv', path, [x, writer.parameter(`${path}.weight`), ...bias], attributes);
}

function writeBatchNorm(writer: OnnxWriter, op: BatchNormOp, x: string): string {
  const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((parameter) =>
    writer.parameter(`${op.path}.${parameter}`),
  );
  const attributes = { epsilon: op.epsilon };
  const y = writer.node('BatchNormalization', op.path, [x, ...parameters], attributes);
  return op.activation === 'relu' ? writer.node('Relu', `${op.path}.relu`, [y]) : y;
}

/** What lies outside of the image is not counted, as in our forward pass. */
function poolAttributes({ type, kernelSize, stride, padding, ceilMode }: PoolOp): Attributes {
  return {
    kernel_shape: both(kernelSize),
    strides: both(stride),
    pads: [...both(padding), ...both(padding)],
    ceil_mode: ceilMode ? 1 : 0,
    ...(type === 'avgPool' ? { count_include_pad: 0 } : {}),
  };
}

function writeGlobalPool(
  writer: OnnxWriter,
  pool: 'avg' | 'max' | 'avgmax' | 'catavgmax',
  name: string,
  x: string,
): string {
  const flat = (type: string, part: string): string =>
    writer.node('Flatten', part, [writer.node(type, `${part}.pool`, [x])], { axis: 1 });
  switch (pool) {
    case 'avg':
      return flat('GlobalAveragePool', name);
    case 'max':
      return flat('GlobalMaxPool', name);
    case 'avgmax': {
      const parts = [
        flat('GlobalAveragePool', `${name}.avg`),
        flat('GlobalMaxPool', `${name}.max`),
      ];
      const sum = writer.node('Add', `${name}.sum`, parts);
      return writer.node('Mul', name, [sum, writer.scalar(`${name}.half`, 0.5)]);
    }
    case 'catavgmax': {
      const parts = [
        flat('GlobalAveragePool', `${name}.avg`),
        flat('GlobalMaxPool', `${name}.max`),
      ];
      return writer.node('Concat', name, parts, { axis: 1 });
    }
  }
}

function both(value: number): [number, number] {
  return [value, value];
}
