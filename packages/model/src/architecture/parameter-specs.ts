import { weightsOf } from '@resnet/kernels';

import { sizeOf, type ParameterSpec } from '../weights/parameter-spec.ts';
import { buildNetwork } from './build-network.ts';
import type { ResNetConfig } from './config.ts';
import type { Module, Op } from './module.ts';

/**
 * Every parameter and running statistic of a net, in its order. Needs no backend.
 *
 * @throws {ModelError} CONFIG_INVALID when it has more than 10,000 blocks
 */
export function parameterSpecs(config: ResNetConfig): readonly ParameterSpec[] {
  return moduleSpecs(buildNetwork(config).modules);
}

/**
 * Trainable elements of a net, as papers and torchvision count them.
 *
 * @throws {ModelError} CONFIG_INVALID when it has more than 10,000 blocks
 */
export function parameterCount(config: ResNetConfig): number {
  return countTrainable(parameterSpecs(config));
}

/** The parameters of modules, in their order. */
export function moduleSpecs(modules: readonly Module[]): readonly ParameterSpec[] {
  return modules.flatMap(({ nodes }) => nodes.flatMap(({ op }) => specsOf(op)));
}

/** The parameters of an op. */
export function specsOf(op: Op): readonly ParameterSpec[] {
  return op.type === 'dropout' || op.type === 'dropPath' ? [] : weightsOf(op);
}

/** Trainable elements. */
export function countTrainable(specs: readonly ParameterSpec[]): number {
  return specs.filter((spec) => spec.trainable).reduce((sum, spec) => sum + sizeOf(spec.shape), 0);
}
