import {
  adamw,
  oneCycle,
  type Optimizer,
  type Schedule,
  sgd,
  type TrainOptions,
} from '@resnet/trainer';

import { recipe } from './recipe.ts';
import { fineTuneOptions } from './fine-tune-settings.ts';
import type { TrainSettings } from './settings.ts';

/** How a step of the run is computed, in the trainer's terms. */
export function trainerOptions(
  settings: TrainSettings,
): Omit<TrainOptions, 'model' | 'classes' | 'trainData' | 'epochs'> {
  return {
    optimizer: optimizerOf(settings),
    schedule: scheduleOf(settings),
    labelSmoothing: settings.labelSmoothing,
    clipNorm: recipe.clipNorm,
    ema: settings.ema === false ? undefined : { decay: settings.ema },
    gradientCheckpointing: settings.gradientCheckpointing === true,
    seed: settings.seed,
    ...fineTuneOptions(settings.fineTune),
  };
}

function optimizerOf({ optimizer, weightDecay }: TrainSettings): Optimizer {
  if (optimizer === 'adamw') return adamw({ weightDecay });
  const { momentum, nesterov } = recipe.sgd;
  return sgd({ momentum, nesterov, weightDecay });
}

function scheduleOf({ learningRate }: TrainSettings): Schedule {
  return oneCycle({ learningRate, ...recipe.oneCycle, momentum: false });
}
