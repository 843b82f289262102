import { imagenetMean, imagenetStd } from '@resnet/image';
import type { ModelCard } from '@resnet/model';

import { zooConfig } from '../info/zoo-config.ts';
import { recipe } from '../recipe.ts';
import type { CompleteSettings } from './settings.ts';

/** What `config.json` will say of the model that a run trains. */
export function modelCard(settings: CompleteSettings, classes: readonly string[]): ModelCard {
  const [height, width] = settings.imageSize;
  return {
    architecture: settings.model,
    config: zooConfig(settings.model, { numClasses: classes.length }),
    labelNames: classes,
    pretrainedCfg: {
      inputSize: [3, height, width],
      mean: imagenetMean,
      std: imagenetStd,
      interpolation: recipe.interpolation,
      cropPct: recipe.cropPct,
    },
  };
}
