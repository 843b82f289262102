import { augmentations } from '@resnet/image';
import type { ModelCard } from '@resnet/model';
import type { DataSource } from '@resnet/trainer';

import {
  type Dataset,
  type ImageLoader,
  imageLoader,
  type ImageLoaderOptions,
  defaultWorkers,
  WorkerPool,
} from '@resnet/data';
import { evalOptions } from '../../model-transform.ts';
import type { SkippedImage } from './reporter.ts';
import type { CompleteSettings } from './settings.ts';

export interface TrainingData {
  readonly trainData: ImageLoader;
  readonly valData: DataSource | undefined;
  /** Images that could not be read so far. */
  skipped(): readonly SkippedImage[];
  close(): Promise<void>;
}

/** Loads a run's images in worker threads, shared by training and validation. */
export function openTrainingData(
  dataset: Dataset,
  settings: CompleteSettings,
  card: ModelCard,
  workers: number = defaultWorkers(),
): TrainingData {
  const { seed, augment, mixup, cutmix } = settings;
  const options = evalOptions(card);
  // Without augmentation, images are cut as for evaluation.
  const crop = augment === 'none' && {
    crop: { kind: 'centerCrop', cropPct: options.cropPct } as const,
  };
  const pool = new WorkerPool(workers);
  const skipped: SkippedImage[] = [];
  const common = {
    pool,
    onBadImage: (path: string, reason: string) => void skipped.push({ path, reason }),
  } satisfies Partial<ImageLoaderOptions>;
  // A last batch of a few images would disturb batch norm; other epochs leave out others.
  const batchSize = Math.min(settings.batch, dataset.train.length);
  const trainData = imageLoader({
    ...common,
    files: dataset.train,
    batchSize,
    transform: { kind: 'train', options: { ...options, ...augmentations[augment], ...crop } },
    seed,
    dropLast: true,
    classes: dataset.classes.length,
    ...((mixup > 0 || cutmix > 0) && { mix: { mixupAlpha: mixup, cutmixAlpha: cutmix } }),
  });
  const valData =
    dataset.val.length === 0
      ? undefined
      : imageLoader({
          ...common,
          files: dataset.val,
          batchSize: settings.batch,
          transform: { kind: 'evaluate', options },
        });
  return {
    trainData,
    valData,
    skipped: () => skipped,
    async close() {
      await trainData.close();
      await valData?.close();
      await pool.close();
    },
  };
}
