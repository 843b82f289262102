import type { ResNetConfig } from './architecture/config.ts';
import type { InitOptions } from './weights/init.ts';
import { ResNet } from './resnet.ts';
import { modelConfig } from './architecture/zoo.ts';

export type CreateModelOptions = InitOptions & Partial<ResNetConfig>;

/**
 * A net of the zoo with fresh weights: `createModel('resnet18', { numClasses: 4, seed: 1 })`.
 *
 * @throws ModelError MODEL_UNKNOWN; CONFIG_INVALID
 */
export function createModel(name: string, options: CreateModelOptions): ResNet {
  const { seed, zeroInitResidual = false, ...overrides } = options;
  return ResNet.init(modelConfig(name, overrides), { seed, zeroInitResidual });
}
