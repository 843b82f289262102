import { type Dataset, type TrainingData, trainingData } from '@resnet/data';
import { augmentations, evalTransformOf } from '@resnet/image';
import type { ModelCard } from '@resnet/model';

import type { CompleteSettings } from './settings.ts';

/** The loaders of a run. */
export function openTrainingData(
  dataset: Dataset,
  { batch, seed, augment, mixup, cutmix }: CompleteSettings,
  { pretrainedCfg }: ModelCard,
  workers: number | undefined,
): TrainingData {
  const transform = evalTransformOf(pretrainedCfg);
  return trainingData(dataset, {
    transform,
    batchSize: batch,
    // Without augmentation, images are cut as for evaluation.
    augmentation: {
      ...augmentations[augment],
      ...(augment === 'none' && {
        crop: { kind: 'centerCrop', cropPct: transform.cropPct } as const,
      }),
    },
    seed,
    ...((mixup > 0 || cutmix > 0) && { mix: { mixupAlpha: mixup, cutmixAlpha: cutmix } }),
    ...(workers !== undefined && { workers }),
  });
}
