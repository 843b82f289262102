import { createModelCard, layerTable, type ModelCard } from '@resnet/model';

import { UsageError } from '../../errors.ts';
import { zooConfig } from '../../options/zoo-config.ts';
import type { CompleteSettings } from './settings.ts';

/**
 * What `config.json` will say of the model that a run trains.
 *
 * @throws {UsageError} where the model is unknown, or images of that size are too small for it
 */
export function modelCard(settings: CompleteSettings, classes: readonly string[]): ModelCard {
  const [height, width] = settings.imageSize;
  const { fineTune } = settings;
  const config = fineTune?.config ?? zooConfig(settings.model, { numClasses: classes.length });
  try {
    layerTable(config, settings.imageSize);
  } catch (cause) {
    throw new UsageError(
      `${settings.model} cannot work on images of ${height} x ${width}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: 'Choose a larger --image-size.', cause },
    );
  }
  const card = createModelCard(settings.model, classes, { imageSize: settings.imageSize, config });
  // Weights are good for images prepared as they were for them.
  const pretrainedCfg = {
    ...card.pretrainedCfg,
    ...fineTune?.pretrainedCfg,
    inputSize: [3, height, width],
  } as const;
  return { ...card, config, pretrainedCfg };
}
