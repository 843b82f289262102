import type { BatchNormOp, Conv2dOp, LinearOp } from '@resnet/kernels';

import type { Initializer, ParameterRole, ParameterSpec } from '../weights/parameter-spec.ts';
import type { ResNetConfig } from './config.ts';
import type { ModuleBuilder } from './module.ts';

/** torch's and the papers' epsilon; TensorFlow's default is 0.001. */
const epsilon = 1e-5;

/** What {@link conv} takes besides the shape of its filter. */
export interface ConvOptions {
  readonly stride?: number;
  readonly dilation?: number;
  readonly groups?: number;
  /** What the bias starts with; no bias where absent. */
  readonly bias?: number;
  /** Last weight of a residual branch: zeroed by `zeroInitResidual`. */
  readonly endsBranch?: boolean;
}

/** A convolution that keeps the image's size but for the stride. */
export function conv(
  path: string,
  inChannels: number,
  outChannels: number,
  kernelSize: number,
  options: ConvOptions = {},
): Conv2dOp<ParameterSpec> {
  const { stride = 1, dilation = 1, groups = 1, bias, endsBranch } = options;
  const shape = [outChannels, inChannels / groups, kernelSize, kernelSize];
  const initializer = { kind: 'heNormal', fanOut: outChannels * kernelSize ** 2 } as const;
  const filter = spec(`${path}.weight`, shape, 'conv', initializer, endsBranch);
  return {
    type: 'conv2d',
    stride,
    padding: (dilation * (kernelSize - 1)) / 2,
    dilation,
    groups,
    activation: 'none',
    weights:
      bias === undefined
        ? { filter }
        : { filter, bias: spec(`${path}.bias`, [outChannels], 'bias', constant(bias)) },
  };
}

/** Batch norm, and ReLU in the same pass where `activation` says so. */
export function batchNorm(
  path: string,
  channels: number,
  options: Partial<Pick<BatchNormOp, 'activation'> & Pick<ConvOptions, 'endsBranch'>> = {},
): BatchNormOp<ParameterSpec> {
  const { activation = 'none', endsBranch } = options;
  const shape = [channels];
  return {
    type: 'batchNorm',
    epsilon,
    activation,
    weights: {
      scale: spec(`${path}.weight`, shape, 'bnScale', constant(1), endsBranch),
      offset: spec(`${path}.bias`, shape, 'bnOffset', constant(0)),
      mean: spec(`${path}.running_mean`, shape, 'bnMean', constant(0)),
      variance: spec(`${path}.running_var`, shape, 'bnVariance', constant(1)),
    },
  };
}

/** Batch norm and then ReLU. */
export function batchNormRelu(path: string, channels: number): BatchNormOp<ParameterSpec> {
  return batchNorm(path, channels, { activation: 'relu' });
}

/** @param isConv the reference has a 1x1 convolution here, so its weight is [out, in, 1, 1] */
export function linear(
  path: string,
  inFeatures: number,
  outFeatures: number,
  isConv: boolean,
): LinearOp<ParameterSpec> {
  const shape = isConv ? [outFeatures, inFeatures, 1, 1] : [outFeatures, inFeatures];
  const initializer = { kind: 'uniform', fanIn: inFeatures } as const;
  return {
    type: 'linear',
    weights: {
      weight: spec(`${path}.weight`, shape, 'linear', initializer),
      bias: spec(`${path}.bias`, [outFeatures], 'bias', initializer),
    },
  };
}

/**
 * Pools a map over height and width: `[N, H, W, C]` to `[N, C]`, or `[N, 2 C]` by `catavgmax`. The
 * kinds are timm's (`avgmax` is half the sum).
 */
export function addGlobalPool(
  module: ModuleBuilder,
  kind: ResNetConfig['globalPool'],
  x: number,
): number {
  if (kind === 'avg') return module.add({ type: 'globalAveragePool' }, x);
  if (kind === 'max') return module.add({ type: 'globalMaxPool' }, x);
  const average = module.add({ type: 'globalAveragePool' }, x);
  const largest = module.add({ type: 'globalMaxPool' }, x);
  if (kind === 'catavgmax') return module.add({ type: 'concat' }, average, largest);
  const sum = module.add({ type: 'add' }, average, largest);
  return module.add({ type: 'affine', factor: 0.5, shift: 0 }, sum);
}

function constant(value: number): Initializer {
  return { kind: 'constant', value };
}

function spec(
  name: string,
  shape: readonly number[],
  role: ParameterRole,
  initializer: Initializer,
  endsBranch = false,
): ParameterSpec {
  const trainable = role !== 'bnMean' && role !== 'bnVariance';
  return { name, shape, role, trainable, initializer, endsBranch };
}
