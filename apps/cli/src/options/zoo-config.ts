import { listModels, modelConfig, type ResNetConfig } from '@resnet/model';

import { UsageError } from '../errors.ts';
import { didYouMean } from '@resnet/files';

/**
 * The config of a model of the zoo.
 *
 * @throws {UsageError} on an unknown name, with those that are like it
 */
export function zooConfig(name: string, overrides: { numClasses?: number } = {}): ResNetConfig {
  const names = listModels();
  if (!names.includes(name)) {
    throw new UsageError(`There is no model ${name}.`, {
      hint: didYouMean(name, names) ?? '`resnet info` lists the models.',
    });
  }
  return modelConfig(name, overrides);
}
