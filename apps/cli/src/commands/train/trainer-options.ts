import { oneCycle, type Schedule, type TrainOptions } from '@resnet/trainer';
import { optimizers } from '@resnet/trainer/optimizers';

import { recipe } from './recipe.ts';
import { fineTuneOptions } from './fine-tune-settings.ts';
import type { TrainSettings } from './settings.ts';

/** How a step of the run is computed, in the trainer's terms. */
export async function trainerOptions(
  settings: TrainSettings,
): Promise<Omit<TrainOptions, 'model' | 'classes' | 'trainData' | 'epochs'>> {
  return {
    optimizer: await optimizers[settings.optimizer].create({ weightDecay: settings.weightDecay }),
    schedule: scheduleOf(settings),
    labelSmoothing: settings.labelSmoothing,
    clipNorm: recipe.clipNorm,
    ema: settings.ema === false ? undefined : { decay: settings.ema },
    gradientCheckpointing: settings.gradientCheckpointing === true,
    seed: settings.seed,
    ...fineTuneOptions(settings.fineTune),
  };
}

function scheduleOf({ learningRate }: TrainSettings): Schedule {
  return oneCycle({ learningRate, ...recipe.oneCycle, momentum: false });
}
