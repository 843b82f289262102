import type { BatchNormOp, Conv2dOp } from './module.ts';

/** torch's and the papers' epsilon; TensorFlow's default is 0.001. */
const epsilon = 1e-5;

/** A convolution that keeps the image's size but for the stride, without bias. */
export function conv(
  path: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  options: Partial<Pick<Conv2dOp, 'stride' | 'dilation' | 'groups' | 'bias' | 'endsBranch'>> = {},
): Conv2dOp {
  const { stride = 1, dilation = 1, groups = 1 } = options;
  return {
    type: 'conv2d',
    path,
    inChannels,
    outChannels,
    kernelSize,
    stride,
    padding: (dilation * (kernelSize - 1)) / 2,
    dilation,
    groups,
    ...(options.bias === undefined ? {} : { bias: options.bias }),
    ...(options.endsBranch ? { endsBranch: true } : {}),
  };
}

export function batchNorm(
  path: string,
  channels: number,
  options: Partial<Pick<BatchNormOp, 'activation' | 'endsBranch'>> = {},
): BatchNormOp {
  return {
    type: 'batchNorm',
    path,
    channels,
    epsilon,
    activation: options.activation ?? 'none',
    ...(options.endsBranch ? { endsBranch: true } : {}),
  };
}

/** Batch norm and then ReLU. */
export function batchNormRelu(path: string, channels: number): BatchNormOp {
  return batchNorm(path, channels, { activation: 'relu' });
}
