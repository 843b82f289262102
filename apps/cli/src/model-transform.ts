import type { EvalTransform } from '@resnet/image';
import type { ModelCard } from '@resnet/model';

import { UsageError } from './errors.ts';

/**
 * How a model wants its images.
 *
 * @throws {UsageError} where it wants none in colour
 */
export function evalOptions({ pretrainedCfg }: ModelCard): EvalTransform {
  const { inputSize, mean, std, interpolation, cropPct } = pretrainedCfg;
  const [channels, height, width] = inputSize;
  if (channels !== 3) {
    throw new UsageError(`The model takes images of ${channels} channels; images have 3.`);
  }
  return { inputSize: [height, width], mean: rgb(mean), std: rgb(std), interpolation, cropPct };
}

function rgb([r = 0, g = 0, b = 0]: readonly number[]): [number, number, number] {
  return [r, g, b];
}
