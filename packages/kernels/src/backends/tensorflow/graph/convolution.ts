import type { Conv2dOp } from '../../../graph/ops.ts';
import { opNames } from '../native/op-names.ts';
import { attribute, type Attribute } from './attribute.ts';
import type { GraphDefWriter } from './graph-def-writer.ts';
import { explicitPadding, float32Tensor, tensor } from './operands.ts';

/** TensorFlow's names for what may follow in a fused convolution. */
function followers(op: Conv2dOp, addend: string | undefined): string[] {
  return [
    'BiasAdd',
    ...(addend === undefined ? [] : ['Add']),
    ...(op.activation === 'relu' ? ['Relu'] : []),
  ];
}

/**
 * A convolution and what follows it as one of TensorFlow's oneDNN kernels, whose filter is fed.
 *
 * TensorFlow's own optimiser makes these nodes of `Conv2D`, `BiasAdd`, `AddV2` and `Relu`. But only of a
 * constant of the graph does it make oneDNN's layout once. A graph that holds its weights is copied often:
 * a ResNet-50 took 1.8 GB, and two seconds to its first answer. So the nodes are written as they will be.
 *
 * The op is TensorFlow's own business, so it is tried out before use: `hasFusedConvolution`.
 */
export function fusedConvolution(
  writer: GraphDefWriter,
  op: Conv2dOp,
  x: string,
  addend: string | undefined,
): string {
  const { bias, filter } = op.weights;
  const inputs = [
    x,
    writer.feed(filter, writer.precision),
    bias === undefined ? zeros(writer, filter.shape[3]!) : tensor(writer, bias),
    ...(addend === undefined ? [] : [addend]),
  ];
  const count = inputs.length - 2;
  return writer.node('_MklNativeFusedConv2D', inputs, {
    ...geometry(writer, op),
    num_args: attribute.integer(count),
    TArgs: attribute.types(Array.from({ length: count }, () => writer.precision)),
    fused_ops: attribute.texts(followers(op, addend)),
    is_filter_const: attribute.flag(true),
    // Under this label TensorFlow registers the kernels that its optimiser chooses.
    _kernel: attribute.text('MklNameChangeOp'),
  });
}

/**
 * The same as a custom op of `@resnet/native`. Its filter is packed at the first run, and fed for the
 * reason above.
 */
export function nativeConvolution(
  writer: GraphDefWriter,
  op: Conv2dOp,
  x: string,
  addend: string | undefined,
): string {
  const { bias, filter } = op.weights;
  const biases = bias === undefined ? [] : [float32Tensor(writer, bias)];
  const addends = addend === undefined ? [] : [addend];
  const inputs = [x, writer.feed(filter, 'float32'), ...biases, ...addends];
  return writer.node(opNames.conv2d, inputs, {
    T: writer.T,
    biases: attribute.integer(biases.length),
    addends: attribute.integer(addends.length),
    stride: attribute.integer(op.stride),
    padding: attribute.integer(op.padding),
    dilation: attribute.integer(op.dilation),
    relu: attribute.flag(op.activation === 'relu'),
    constant_filter: attribute.flag(true),
  });
}

function zeros(writer: GraphDefWriter, size: number): string {
  const values = writer.constant([size], new Float32Array(size));
  return writer.cast(values, 'float32', writer.precision);
}

/** The same in TensorFlow's public ops, for its optimiser to make of what it can. */
export function plainConvolution(
  writer: GraphDefWriter,
  op: Conv2dOp,
  x: string,
  addend: string | undefined,
): string {
  const { T } = writer;
  const { bias, filter } = op.weights;
  let y = writer.node('Conv2D', [x, tensor(writer, filter)], geometry(writer, op));
  if (bias !== undefined) y = writer.node('BiasAdd', [y, tensor(writer, bias)], { T });
  if (addend !== undefined) y = writer.node('AddV2', [y, addend], { T });
  return op.activation === 'relu' ? writer.node('Relu', [y], { T }) : y;
}

function geometry(
  { T }: GraphDefWriter,
  { stride, padding, dilation }: Conv2dOp,
): Record<string, Attribute> {
  return {
    T,
    strides: attribute.integers([1, stride, stride, 1]),
    dilations: attribute.integers([1, dilation, dilation, 1]),
    data_format: attribute.text('NHWC'),
    ...explicitPadding(padding),
  };
}
