import type { ResNetConfig } from './architecture/config.ts';
import { modelConfig } from './architecture/zoo.ts';
import { ResNet } from './resnet.ts';
import type { InitOptions } from './weights/init.ts';

/** Options of {@link createModel}: how weights start, and what differs from the zoo's config. */
export type CreateModelOptions = InitOptions & Partial<ResNetConfig>;

/**
 * A net of the zoo with fresh weights: `createModel('resnet18', { numClasses: 4, seed: 1 })`. The caller
 * owns it, and disposes it.
 *
 * @throws {ModelError} MODEL_UNKNOWN when none has the name; CONFIG_INVALID when an override is wrong
 */
export function createModel(name: string, options: CreateModelOptions): ResNet {
  const { seed, zeroInitResidual = false, ...overrides } = options;
  return ResNet.init(modelConfig(name, overrides), { seed, zeroInitResidual });
}
