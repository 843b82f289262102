import type { OpOfType } from '../../../graph/ops.ts';
import { attribute, type Attribute } from './attribute.ts';
import type { GraphDefWriter } from './graph-def-writer.ts';
import { explicitPadding } from './operands.ts';

type MaxPoolOp = OpOfType<'maxPool'>;
type AvgPoolOp = OpOfType<'avgPool'>;

/** Padding never wins: TensorFlow leaves what lies outside out, however it is told of it. */
export function maxPool(writer: GraphDefWriter, op: MaxPoolOp, x: string): string {
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
export function avgPool(writer: GraphDefWriter, op: AvgPoolOp, x: string): string {
  return writer.node('AvgPool', [x], {
    ...windows(writer, op.kernelSize, op.stride),
    padding: attribute.text(op.ceilMode ? 'SAME' : 'VALID'),
  });
}

function windows(
  { T }: GraphDefWriter,
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
