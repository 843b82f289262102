import type { ResNetConfig } from '../architecture/config.ts';
import { nativeImageSize } from '../architecture/native-image-size.ts';
import { modelConfig } from '../architecture/zoo.ts';
import { imagenetMean, imagenetStd } from './imagenet.ts';
import type { ModelCard } from './model-card.ts';

/** What differs from the zoo's config and from the preprocessing that is usual. */
export interface CreateModelCardOptions {
  /** In pixels, `[height, width]` or one side of a square. Default: what the net was designed for. */
  readonly imageSize?: number | readonly [height: number, width: number];
  readonly config?: Partial<ResNetConfig>;
}

/**
 * The card of a net that will be trained from fresh weights: its classes, ImageNet's normalisation,
 * bilinear resizing, and the whole image (`cropPct` 1).
 *
 * @param architecture a name of `listModels()`
 * @param labelNames one for each class, by index
 * @throws {ModelError} MODEL_UNKNOWN when none has the name; CONFIG_INVALID when `config` is wrong
 */
export function createModelCard(
  architecture: string,
  labelNames: readonly string[],
  { imageSize, config: overrides = {} }: CreateModelCardOptions = {},
): ModelCard {
  const config = modelConfig(architecture, { ...overrides, numClasses: labelNames.length });
  const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  const [height, width] = size ?? nativeImageSize(config);
  return {
    architecture,
    config,
    labelNames,
    pretrainedCfg: {
      inputSize: [config.inChannels, height, width],
      mean: imagenetMean,
      std: imagenetStd,
      interpolation: 'bilinear',
      cropPct: 1,
    },
  };
}
