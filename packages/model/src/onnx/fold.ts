import type { BatchNormOp, Conv2dOp, Segment } from '../architecture/module.ts';
import type { OnnxWriter } from './onnx-writer.ts';

/**
 * The batch norms that take nothing but what a convolution gives, by the index of that convolution
 * among the segment's nodes: in inference both are one convolution.
 */
export function foldable({ nodes }: Segment): ReadonlyMap<number, BatchNormOp> {
  const uses = nodes.flatMap(({ inputs }) => inputs);
  const result = new Map<number, BatchNormOp>();
  for (const { op, inputs } of nodes) {
    const [value] = inputs;
    if (op.type !== 'batchNorm' || value === undefined || value === 0) continue;
    const isConv = nodes[value - 1]!.op.type === 'conv2d';
    if (isConv && uses.filter((use) => use === value).length === 1) result.set(value - 1, op);
  }
  return result;
}

/**
 * The weight and bias of a convolution and the norm after it: y = (w x + b - mean) k + offset with
 * k = scale / sqrt(variance + epsilon) is w k x + (b - mean) k + offset. Computed in float64.
 */
export function foldedConvolution(
  writer: OnnxWriter,
  conv: Conv2dOp,
  norm: BatchNormOp,
): { weight: Float32Array; bias: Float32Array } {
  const source = writer.values(`${conv.path}.weight`);
  const convBias = conv.bias === undefined ? undefined : writer.values(`${conv.path}.bias`);
  const [scale, offset] = [
    writer.values(`${norm.path}.weight`),
    writer.values(`${norm.path}.bias`),
  ];
  const mean = writer.values(`${norm.path}.running_mean`);
  const variance = writer.values(`${norm.path}.running_var`);
  const weight = new Float32Array(source.length);
  const bias = new Float32Array(conv.outChannels);
  const size = source.length / conv.outChannels;
  for (let channel = 0; channel < conv.outChannels; channel++) {
    const factor = scale[channel]! / Math.sqrt(variance[channel]! + norm.epsilon);
    bias[channel] = ((convBias?.[channel] ?? 0) - mean[channel]!) * factor + offset[channel]!;
    for (let i = channel * size; i < (channel + 1) * size; i++) weight[i] = source[i]! * factor;
  }
  return { weight, bias };
}
