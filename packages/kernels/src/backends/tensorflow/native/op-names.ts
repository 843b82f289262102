/** The custom ops of `@resnet/native`, by the names that its C++ registers them under. */
export const opNames = {
  addRelu: 'ResnetAddRelu',
  batchNorm: 'ResnetBatchNorm',
  batchNormGradient: 'ResnetBatchNormGrad',
  clip: 'ResnetClip',
  conv2d: 'ResnetConv',
  conv2dInputGradient: 'ResnetInputGrad',
  conv2dFilterGradient: 'ResnetFilterGrad',
  convBatchNorm: 'ResnetConvBatchNorm',
  convBatchNormGradient: 'ResnetConvBatchNormGrad',
  maxPool2d: 'ResnetMaxPool',
  maxPool2dGradient: 'ResnetMaxPoolGrad',
} as const;

/** The two ops of an update rule (`Sgd`): one gives new tensors, one writes over the old ones. */
export function updateOps(rule: string): { readonly toNew: string; readonly inPlace: string } {
  return { toNew: `Resnet${rule}`, inPlace: `Resnet${rule}InPlace` };
}
