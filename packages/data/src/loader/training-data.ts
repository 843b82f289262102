import {
  type AugmentationSettings,
  augmentations,
  type BatchMix,
  type EvalTransform,
} from '@resnet/image';

import type { Dataset } from '../dataset/open-dataset.ts';
import { imageLoader, type ImageLoader } from './image-loader.ts';
import type { BadImage } from './worker/protocol.ts';
import { defaultWorkers, WorkerPool } from './worker/worker-pool.ts';

/** How {@link trainingData} prepares images and makes batches of them. */
export interface TrainingDataOptions {
  /** How the model takes images, in validation and, but for the augmentation, in training. */
  readonly transform: EvalTransform;
  /** Images a batch; fewer where there are fewer to train on. */
  readonly batchSize: number;
  /** What is random about training images. Default `augmentations.light` of @resnet/image. */
  readonly augmentation?: AugmentationSettings;
  /** Of the order of images and of all that is random about them. Default 0. */
  readonly seed?: number;
  /** Mixup and cutmix; none unless given. */
  readonly mix?: BatchMix | undefined;
  /** Threads that decode and augment. Default `defaultWorkers()`. */
  readonly workers?: number;
}

/** What `train` of @resnet/trainer takes, and what must be closed after it. */
export interface TrainingData {
  readonly trainData: ImageLoader;
  /** Undefined where the dataset holds no images for validation. */
  readonly valData: ImageLoader | undefined;
  /** Images that could not be read so far. */
  readonly skipped: readonly BadImage[];
  /** Ends the threads and frees what is cached. */
  close(): Promise<void>;
}

/**
 * Loads a dataset's images in worker threads, shared by training and validation. The same dataset and
 * options give the same batches, however many workers there are.
 *
 * @throws {DataError} OPTION_INVALID when the options cannot be
 */
export function trainingData(
  { train, val, classes }: Pick<Dataset, 'train' | 'val' | 'classes'>,
  options: TrainingDataOptions,
): TrainingData {
  const { transform, batchSize, augmentation = augmentations.light, seed = 0, mix } = options;
  const pool = new WorkerPool(options.workers ?? defaultWorkers());
  const skipped: BadImage[] = [];
  const onBadImage = (path: string, reason: string): void => void skipped.push({ path, reason });
  const trainData = imageLoader({
    pool,
    onBadImage,
    files: train,
    // A last batch of a few images would disturb batch norm; other epochs leave out others.
    batchSize: Math.min(batchSize, train.length),
    dropLast: true,
    transform: { kind: 'train', options: { ...transform, ...augmentation } },
    seed,
    classes: classes.length,
    ...(mix !== undefined && { mix }),
  });
  const valData =
    val.length === 0
      ? undefined
      : imageLoader({
          pool,
          onBadImage,
          files: val,
          batchSize,
          transform: { kind: 'evaluate', options: transform },
        });
  return {
    trainData,
    valData,
    skipped,
    async close() {
      await trainData.close();
      await valData?.close();
      await pool.close();
    },
  };
}
