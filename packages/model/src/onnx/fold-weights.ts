import type { BatchNormOp, Conv2dOp } from '@resnet/kernels';

import { sizeOf, type ParameterSpec } from '../weights/parameter-spec.ts';

/**
 * The weight and bias of a convolution and the batch norm after it: y = (w x + b - mean) k + offset
 * with k = scale / sqrt(variance + epsilon) is w k x + (b - mean) k + offset. Computed in float64, in
 * torch's layout.
 *
 * @param valuesOf the elements of a parameter
 */
export function foldWeights(
  conv: Conv2dOp<ParameterSpec>,
  batchNorm: BatchNormOp<ParameterSpec>,
  valuesOf: (spec: ParameterSpec) => Float32Array,
): { weight: Float32Array; bias: Float32Array } {
  const { filter } = conv.weights;
  const source = valuesOf(filter);
  const convBias = conv.weights.bias && valuesOf(conv.weights.bias);
  const scale = valuesOf(batchNorm.weights.scale);
  const offset = valuesOf(batchNorm.weights.offset);
  const mean = valuesOf(batchNorm.weights.mean);
  const variance = valuesOf(batchNorm.weights.variance);
  const outChannels = filter.shape[0]!;
  const weight = new Float32Array(source.length);
  const bias = new Float32Array(outChannels);
  const size = sizeOf(filter.shape) / outChannels;
  for (let channel = 0; channel < outChannels; channel++) {
    const factor = scale[channel]! / Math.sqrt(variance[channel]! + batchNorm.epsilon);
    bias[channel] = ((convBias?.[channel] ?? 0) - mean[channel]!) * factor + offset[channel]!;
    for (let i = channel * size; i < (channel + 1) * size; i++) weight[i] = source[i]! * factor;
  }
  return { weight, bias };
}
