import type { FusedConvOp } from '../../graph/graph.ts';
import { attribute, type Attribute, type GraphDefWriter } from './graph-def.ts';
import { float32, tensor } from './values.ts';

/** TensorFlow's names for what may follow in a `_FusedConv2D`. */
function followers(op: FusedConvOp, addend: string | undefined): string[] {
  return [
    'BiasAdd',
    ...(addend === undefined ? [] : ['Add']),
    ...(op.activation === 'relu' ? ['Relu'] : []),
  ];
}

/**
 * A convolution and what follows it as one node. `_FusedConv2D` is what TensorFlow's own optimiser
 * makes of `Conv2D`, `BiasAdd`, `AddV2` and `Relu`; it leaves graphs of this form as they are,
 * so it is written here. Padding is explicit: then the graph fits images of any size.
 */
export function fusedConvolution(
  writer: GraphDefWriter,
  op: FusedConvOp,
  x: string,
  addend: string | undefined,
): string {
  const { bias, filter } = op;
  const inputs = [x, tensor(writer, filter)];
  const values = bias === undefined ? new Float32Array(filter.shape[3]) : undefined;
  const biasName =
    values === undefined ? tensor(writer, bias!) : writer.constant([values.length], values);
  const rest = addend === undefined ? [biasName] : [biasName, addend];
  return writer.node('_FusedConv2D', [...inputs, ...rest], {
    ...geometry(op),
    num_args: attribute.integer(rest.length),
    TArgs: attribute.types(rest.map(() => 'float32')),
    fused_ops: attribute.texts(followers(op, addend)),
  });
}

/** The same in nodes of their own, for processors where TensorFlow has no fused kernel with `Add`. */
export function plainConvolution(
  writer: GraphDefWriter,
  op: FusedConvOp,
  x: string,
  addend: string | undefined,
): string {
  const T = float32;
  let y = writer.node('Conv2D', [x, tensor(writer, op.filter)], geometry(op));
  if (op.bias !== undefined) y = writer.node('BiasAdd', [y, tensor(writer, op.bias)], { T });
  if (addend !== undefined) y = writer.node('AddV2', [y, addend], { T });
  return op.activation === 'relu' ? writer.node('Relu', [y], { T }) : y;
}

function geometry({ stride, padding, dilation }: FusedConvOp): Record<string, Attribute> {
  const edges = [padding, padding];
  return {
    T: float32,
    strides: attribute.integers([1, stride, stride, 1]),
    dilations: attribute.integers([1, dilation, dilation, 1]),
    data_format: attribute.text('NHWC'),
    ...(padding === 0
      ? { padding: attribute.text('VALID') }
      : {
          padding: attribute.text('EXPLICIT'),
          explicit_paddings: attribute.integers([0, 0, ...edges, ...edges, 0, 0]),
        }),
  };
}
