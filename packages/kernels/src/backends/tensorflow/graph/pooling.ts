import type { GraphOp } from '../../../graph/graph.ts';
import { attribute, type Attribute } from './graph-def.ts';
import { explicitPadding, type GraphWriter } from './values.ts';

type MaxPoolOp = Extract<GraphOp, { readonly type: 'maxPool' }>;
type AvgPoolOp = Extract<GraphOp, { readonly type: 'avgPool' }>;

/** Padding never wins: TensorFlow leaves what lies outside out, however it is told of it. */
export function maxPool(writer: GraphWriter, op: MaxPoolOp, x: string): string {
  return writer.node('MaxPool', [x], {
    ...windows(writer, op.kernelSize, op.stride),
    ...explicitPadding(op.padding),
  });
}

/** Whether TensorFlow's `SAME` and `VALID` have this pool, whatever the image's size. */
export function hasAvgPool({
  kernelSize,
  stride,
  padding,
  ceilMode,
  countIncludePad,
}: AvgPoolOp): boolean {
  if (padding !== 0) return false;
  return !ceilMode || (kernelSize === stride && !countIncludePad);
}

/** `SAME` puts windows that hang over at the end, and counts only what is inside. */
export function avgPool(writer: GraphWriter, op: AvgPoolOp, x: string): string {
  return writer.node('AvgPool', [x], {
    ...windows(writer, op.kernelSize, op.stride),
    padding: attribute.text(op.ceilMode ? 'SAME' : 'VALID'),
  });
}

function windows(
  { T }: GraphWriter,
  kernelSize: number,
  stride: number,
): Record<string, Attribute> {
  return {
    T,
    ksize: attribute.integers([1, kernelSize, kernelSize, 1]),
    strides: attribute.integers([1, stride, stride, 1]),
    data_format: attribute.text('NHWC'),
  };
}
