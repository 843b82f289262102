import type { ResNetConfig } from '../architecture/config.ts';
import type { Network, Node, Op } from '../architecture/module.ts';
import { buildNetwork } from '../architecture/network.ts';

/** How a parameter starts; see `init.ts`. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Normal, deviation sqrt(2 / fanOut): He et al., arXiv 1502.01852, on the outputs. */
  | { readonly kind: 'heNormal'; readonly fanOut: number }
  /** Uniform in +-1 / sqrt(fanIn): what torch's Linear does by default. */
  | { readonly kind: 'uniform'; readonly fanIn: number };

export type ParameterRole =
  | 'conv'
  | 'linear'
  | 'bias'
  | 'bnScale'
  | 'bnOffset'
  | 'bnMean'
  | 'bnVariance';

/** One tensor of a net's state, in the reference's name and layout. */
export interface ParameterSpec {
  /** `layer1.0.conv1.weight` */
  readonly name: string;
  /** torch's layout: [out, in / groups, height, width] of a convolution, [out, in] of a linear. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** False for running statistics, which training updates but no gradient does. */
  readonly trainable: boolean;
  readonly initializer: Initializer;
  /** Last weight of a residual branch: starts at 0 under `zeroInitResidual`. */
  readonly endsBranch: boolean;
}

/**
 * Every parameter and running statistic of a net, in its order. Needs no backend.
 *
 * @throws ModelError CONFIG_INVALID where it has more than 10,000 blocks
 */
export function parameterSpecs(config: ResNetConfig): readonly ParameterSpec[] {
  return networkSpecs(buildNetwork(config));
}

/**
 * Trainable numbers of a net, as papers and torchvision count them.
 *
 * @throws ModelError CONFIG_INVALID where it has more than 10,000 blocks
 */
export function parameterCount(config: ResNetConfig): number {
  return parameterSpecs(config)
    .filter((spec) => spec.trainable)
    .reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
}

export function networkSpecs(network: Network): readonly ParameterSpec[] {
  return network.segments.flatMap((segment) => segment.nodes.flatMap(nodeSpecs));
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The parameters of one operation. */
export function nodeSpecs({ op }: Node): ParameterSpec[] {
  switch (op.type) {
    case 'conv2d': {
      const { path, outChannels, kernelSize, bias } = op;
      const shape = [outChannels, op.inChannels / op.groups, kernelSize, kernelSize];
      const initializer = { kind: 'heNormal', fanOut: outChannels * kernelSize ** 2 } as const;
      const weight = spec(`${path}.weight`, shape, 'conv', initializer, op);
      return bias === undefined
        ? [weight]
        : [weight, spec(`${path}.bias`, [outChannels], 'bias', constant(bias))];
    }
    case 'batchNorm': {
      const shape = [op.channels];
      return [
        spec(`${op.path}.weight`, shape, 'bnScale', constant(1), op),
        spec(`${op.path}.bias`, shape, 'bnOffset', constant(0)),
        spec(`${op.path}.running_mean`, shape, 'bnMean', constant(0)),
        spec(`${op.path}.running_var`, shape, 'bnVariance', constant(1)),
      ];
    }
    case 'linear': {
      const { path, inFeatures, outFeatures, isConv } = op;
      const shape = isConv ? [outFeatures, inFeatures, 1, 1] : [outFeatures, inFeatures];
      const initializer = { kind: 'uniform', fanIn: inFeatures } as const;
      return [
        spec(`${path}.weight`, shape, 'linear', initializer),
        spec(`${path}.bias`, [outFeatures], 'bias', initializer),
      ];
    }
    default:
      return [];
  }
}

function constant(value: number): Initializer {
  return { kind: 'constant', value };
}

function spec(
  name: string,
  shape: readonly number[],
  role: ParameterRole,
  initializer: Initializer,
  op: Op | { readonly endsBranch?: boolean } = {},
): ParameterSpec {
  const trainable = role !== 'bnMean' && role !== 'bnVariance';
  const endsBranch = 'endsBranch' in op && (op.endsBranch ?? false);
  return { name, shape, role, trainable, initializer, endsBranch };
}
