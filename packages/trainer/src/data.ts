import { Random } from '@resnet/random';

import { checkOption, TrainingError } from './errors.ts';

/** Some examples, in host memory. */
export interface Batch {
  /** `[size, H, W, C]`, normalised. */
  readonly images: Float32Array;
  /** `[size]`, class indices. */
  readonly labels: Int32Array;
  /** `[size, K]`: soft targets in place of the labels, as mixup and cutmix make them. */
  readonly targets?: Float32Array;
  readonly size: number;
}

/** Where examples come from. */
export interface DataSource {
  /** Images an epoch. */
  readonly size: number;
  /** Batches an epoch; the schedule's unit. */
  readonly batchesPerEpoch: number;
  /** `[height, width, channels]`. */
  readonly imageShape: readonly [number, number, number];
  /**
   * The batches of `epoch` (from 0), without the first `start`. The same epoch gives the same
   * batches, whenever it is asked for: resuming depends on it.
   */
  batches(epoch: number, start?: number): AsyncIterable<Batch>;
}

/** Normalised images in memory, for {@link memoryData}. */
export interface MemoryDataOptions {
  /** `[size, H, W, C]`. */
  readonly images: Float32Array;
  readonly labels: Int32Array | readonly number[];
  readonly imageShape: readonly [number, number, number];
  readonly batchSize: number;
  /** Shuffles anew each epoch, from this seed. In order without it. */
  readonly shuffleSeed?: number;
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
}

/** A {@link DataSource} over arrays that are all in memory. */
export function memoryData(options: MemoryDataOptions): DataSource {
  const { images, imageShape, batchSize, shuffleSeed, dropLast = false } = options;
  const labels = Int32Array.from(options.labels);
  const imageSize = imageShape[0] * imageShape[1] * imageShape[2];
  checkOption(
    Number.isInteger(batchSize) && batchSize > 0,
    'memoryData',
    'batchSize',
    'a positive integer',
    batchSize,
  );
  if (images.length !== labels.length * imageSize) {
    throw new TrainingError(
      'OPTION_INVALID',
      `memoryData: ${labels.length} labels and images of [${imageShape.join(', ')}] need ` +
        `${labels.length * imageSize} values, received ${images.length}`,
    );
  }
  const count = (dropLast ? Math.floor : Math.ceil)(labels.length / batchSize);
  const size = dropLast ? count * batchSize : labels.length;
  return {
    size,
    batchesPerEpoch: count,
    imageShape,
    async *batches(epoch, start = 0) {
      const indices = Array.from(labels, (_, i) => i);
      const order =
        shuffleSeed === undefined ? indices : new Random(shuffleSeed).fork(epoch).shuffle(indices);
      for (let b = start; b < count; b++) {
        const chosen = order.slice(b * batchSize, Math.min((b + 1) * batchSize, size));
        const batch = {
          images: new Float32Array(chosen.length * imageSize),
          labels: Int32Array.from(chosen, (i) => labels[i]!),
          size: chosen.length,
        };
        for (const [at, i] of chosen.entries()) {
          batch.images.set(images.subarray(i * imageSize, (i + 1) * imageSize), at * imageSize);
        }
        yield batch;
      }
    },
  };
}

/** Throws a `BATCH_INVALID` where lengths, labels or targets do not fit. */
export function checkBatch(batch: Batch, imageShape: readonly number[], classes: number): void {
  const { images, labels, targets, size } = batch;
  const fail = (what: string, expected: string, received: unknown): never => {
    throw new TrainingError(
      'BATCH_INVALID',
      `a batch of ${size} images of [${imageShape.join(', ')}] in ${classes} classes: ${what} ` +
        `expected ${expected}, received ${String(received)}`,
    );
  };
  if (!Number.isInteger(size) || size < 1) fail('size', 'a positive integer', size);
  const pixels = size * imageShape.reduce((a, b) => a * b, 1);
  if (images.length !== pixels) fail('images.length', String(pixels), images.length);
  if (labels.length !== size) fail('labels.length', String(size), labels.length);
  for (const label of labels) {
    if (label < 0 || label >= classes) fail('a label', `0 to ${classes - 1}`, label);
  }
  if (targets !== undefined && targets.length !== size * classes) {
    fail('targets.length', String(size * classes), targets.length);
  }
}

/** The targets of a batch, `[size, K]`: its own soft ones, or its labels one-hot. */
export function targetsOf(batch: Batch, classes: number): Float32Array {
  if (batch.targets !== undefined) return batch.targets;
  const targets = new Float32Array(batch.size * classes);
  for (const [i, label] of batch.labels.entries()) targets[i * classes + label] = 1;
  return targets;
}
