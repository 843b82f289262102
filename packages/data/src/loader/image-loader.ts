import { evalTransform, trainTransform, type BatchMix } from '@resnet/image';
import { Random } from '@resnet/random';
import type { Batch, DataSource } from '@resnet/trainer';

import { defaultMaxPixels } from '../decode/decode.ts';
import { DataError } from '../errors.ts';
import type { BadImage, Transform } from './worker/protocol.ts';
import { defaultCacheBytes, SharedCache } from './shared-cache.ts';
import { BadImages, defaultPrefetch, imageLength, runAhead, type RawBatch } from './prefetch.ts';
import { WorkerPool } from './worker/worker-pool.ts';

/** An image file and the number of its class. */
export interface ImageFile {
  /** As `fs` opens it: absolute, or relative to the working directory. */
  readonly path: string;
  readonly label: number;
}

/** What {@link imageLoader} reads, and how it makes batches of it. */
export interface ImageLoaderOptions {
  readonly files: readonly ImageFile[];
  readonly batchSize: number;
  /** Training (random, shuffled, bad images replaced) or evaluation (in order, bad ones left out). */
  readonly transform: Transform;
  /** Decides order and augmentation, with the epoch. */
  readonly seed?: number;
  /** Leaves out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Mixup and cutmix; then batches carry soft targets. */
  readonly mix?: BatchMix;
  /** Classes there are; needed with `mix`. */
  readonly classes?: number;
  /** Threads to work with, shared with other loaders and closed by their owner. */
  readonly pool?: WorkerPool;
  /** Threads of its own where no pool is given. */
  readonly workers?: number;
  /** Batches made ahead. */
  readonly prefetch?: number;
  /** Memory for decoded images; 0 keeps none. Default a quarter of what is free, at most 1 GiB. */
  readonly cacheBytes?: number;
  readonly maxPixels?: number;
  /**
   * Whether training may shrink images while decoding them that are far larger than any crop
   * needs: faster, and more of them are cached. Default true; evaluation never does it.
   */
  readonly reduceLarge?: boolean;
  readonly signal?: AbortSignal;
  /** Called once for each image that cannot be read. */
  readonly onBadImage?: (path: string, reason: string) => void;
}

/** A {@link DataSource} that reads image files. */
export interface ImageLoader extends DataSource {
  /** Images that could not be read so far. */
  readonly badImages: readonly BadImage[];
  /** Bytes of decoded images cached. */
  readonly cachedBytes: number;
  /** The fraction of the images that there is memory for, by the size of those cached so far. */
  readonly cachedFraction: number;
  /** Ends its threads, if they are its own, and frees what it keeps. */
  close(): Promise<void>;
}

/**
 * Image files to batches, decoded and transformed in worker threads ahead of their use.
 *
 * The same options, seed and epoch give the same batches to the last bit, however many workers
 * there are and whatever is cached: each image of each epoch has its own generator,
 * `new Random(seed).fork(epoch).fork(index)`. `start` skips batches without decoding them.
 *
 * An image that cannot be read is reported once and never ends the run. In training another
 * image, drawn by the same generator, takes its place, so that batches keep their size; in
 * evaluation its batch is smaller (a batch of bad images only is left out), so that nothing is
 * counted that is not there.
 *
 * `batches` throws a {@link DataError} LOADING_FAILED when too many images in a row are bad,
 * WORKER_CRASHED or LOADER_CLOSED, and `signal.reason` when aborted.
 *
 * @throws {DataError} OPTION_INVALID for an option out of range
 * @throws {ImageError} OPTION_INVALID for a transform that cannot be
 */
export function imageLoader(options: ImageLoaderOptions): ImageLoader {
  const { files, batchSize, transform, seed = 0, dropLast = false, mix, classes = 0 } = options;
  check(options);
  const training = transform.kind === 'train';
  const pool = options.pool ?? new WorkerPool(options.workers);
  const paths = files.map((file) => file.path);
  const bad = new BadImages(paths, options.onBadImage);
  const cache = SharedCache.allocate(files.length, options.cacheBytes ?? defaultCacheBytes());
  const source = pool.register({
    paths,
    labels: Int32Array.from(files, (file) => file.label),
    transform,
    seed,
    classes: mix === undefined ? 0 : classes,
    mix: mix ?? null,
    maxPixels: options.maxPixels ?? defaultMaxPixels,
    reduceTo: training && options.reduceLarge !== false ? smallestUseful(transform) : undefined,
    badImages: training ? 'replace' : 'drop',
    cache: cache.buffers,
  });
  const batchesPerEpoch = (dropLast ? Math.floor : Math.ceil)(files.length / batchSize);
  const size = dropLast ? batchesPerEpoch * batchSize : files.length;
  const [height, width] = transform.options.inputSize;

  const mixedClasses = mix === undefined ? 0 : classes;
  let known: { epoch: number; order: Int32Array } | undefined;
  const orderOf = (epoch: number): Int32Array => {
    if (known?.epoch !== epoch) {
      known = { epoch, order: epochOrder(files.length, training ? seed : undefined, epoch) };
    }
    return known.order;
  };
  /** Batches from there on: in training without end, one epoch after the other. */
  const runFrom = (firstEpoch: number, start: number): AsyncGenerator<RawBatch, void> =>
    runAhead({
      pool,
      source,
      batchSize,
      transform,
      classes: mixedClasses,
      prefetch: options.prefetch ?? defaultPrefetch(batchSize, transform),
      signal: options.signal,
      onBad: (list) => bad.add(list),
      plan: (n) => {
        const epoch = firstEpoch + Math.floor((start + n) / batchesPerEpoch);
        const position = (start + n) % batchesPerEpoch;
        if (epoch > firstEpoch && !training) return undefined;
        const end = Math.min((position + 1) * batchSize, size);
        return { epoch, position, indices: orderOf(epoch).slice(position * batchSize, end) };
      },
    });
  // The run of the last epoch, whose next batches are under way already: no epoch starts cold.
  let warm: { epoch: number; run: AsyncGenerator<RawBatch, void> } | undefined;
  const takeWarm = (): typeof warm => {
    const taken = warm;
    warm = undefined;
    return taken;
  };

  return {
    size,
    batchesPerEpoch,
    imageShape: [height, width, 3],
    badImages: bad.list,
    get cachedBytes() {
      return cache.bytes;
    },
    get cachedFraction() {
      return cache.expectedFraction;
    },
    async *batches(epoch, start = 0) {
      if (start >= batchesPerEpoch) return;
      const last = takeWarm();
      const goesOn = last !== undefined && last.epoch === epoch && start === 0;
      if (!goesOn) await last?.run.return();
      const run = goesOn ? last.run : runFrom(epoch, start);
      let whole = false;
      try {
        for (let position = start; position < batchesPerEpoch; position++) {
          const { value: raw } = await run.next();
          if (raw !== undefined && raw.size > 0) {
            yield copyOf(raw, imageLength(transform), mixedClasses);
          }
        }
        whole = training;
      } finally {
        if (whole) {
          await takeWarm()?.run.return();
          warm = { epoch: epoch + 1, run };
        } else {
          await run.return();
        }
      }
    },
    async close() {
      await takeWarm()?.run.return();
      pool.unregister(source);
      if (options.pool === undefined) await pool.close();
    },
  };
}

/** The shorter edge of an image at which even the smallest crop has as many pixels as the input. */
function smallestUseful(transform: Transform): number | undefined {
  if (transform.kind !== 'train') return undefined;
  const { inputSize, crop } = transform.options;
  const edge = Math.max(...inputSize);
  if (crop.kind === 'randomResizedCrop') {
    return Math.ceil(edge / Math.sqrt(crop.scale[0] * Math.min(crop.ratio[0], 1 / crop.ratio[1])));
  }
  // Resized to a fixed edge: twice that leaves the antialiasing its work.
  const target = crop.kind === 'randomCrop' ? (crop.resize ?? edge) : edge / crop.cropPct;
  return Math.ceil(2 * target);
}

/** The order of an epoch: shuffled by seed and epoch, or as given without a seed. */
export function epochOrder(size: number, seed: number | undefined, epoch: number): Int32Array {
  const indices = Array.from({ length: size }, (_, i) => i);
  if (seed === undefined) return Int32Array.from(indices);
  return Int32Array.from(new Random(seed).fork('order').fork(epoch).shuffle(indices));
}

/** Out of shared memory, which the next batch will be made in and native code need not accept. */
function copyOf(raw: RawBatch, imageLength: number, classes: number): Batch {
  const { size } = raw;
  return {
    size,
    images: raw.images.slice(0, size * imageLength),
    labels: raw.labels.slice(0, size),
    ...(classes > 0 && { targets: raw.targets.slice(0, size * classes) }),
  };
}

function check({
  transform,
  files,
  batchSize,
  mix,
  classes = 0,
  prefetch,
  cacheBytes,
}: ImageLoaderOptions): void {
  // Said here, not by a worker.
  if (transform.kind === 'train') trainTransform(transform.options);
  else evalTransform(transform.options);
  const fail = (expected: string, received: unknown): never => {
    throw new DataError(
      'OPTION_INVALID',
      `image loader: ${expected}, received ${String(received)}`,
    );
  };
  if (files.length === 0) fail('at least one file', 0);
  if (!Number.isInteger(batchSize) || batchSize < 1)
    fail('batchSize is a positive integer', batchSize);
  if (prefetch !== undefined && (!Number.isInteger(prefetch) || prefetch < 1)) {
    fail('prefetch is a positive integer', prefetch);
  }
  if (cacheBytes !== undefined && !(cacheBytes >= 0)) fail('cacheBytes is 0 or more', cacheBytes);
  if (mix !== undefined && classes < 2) fail('mixing batches needs the number of classes', classes);
}
