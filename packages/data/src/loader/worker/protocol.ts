import type { BatchMix, EvalTransform, TrainTransform } from '@resnet/image';

/** What is done to each image: with the dice or without. */
export type Transform =
  | { readonly kind: 'train'; readonly options: TrainTransform }
  | { readonly kind: 'evaluate'; readonly options: EvalTransform };

/** All that a worker needs to know of one data set; sent once to each worker. */
export interface SourceSpec {
  readonly paths: readonly string[];
  readonly labels: Int32Array;
  readonly transform: Transform;
  readonly seed: number;
  readonly classes: number;
  readonly mix: BatchMix | null;
  readonly maxPixels: number;
  /** See `DecodeOptions.reduceTo`. */
  readonly reduceTo: number | undefined;
  /**
   * What becomes of a place whose image cannot be read: another image takes it (training),
   * the batch closes ranks (evaluation), or the place stays and is marked (prediction).
   */
  readonly badImages: 'replace' | 'drop' | 'mark';
  readonly cache: SharedCacheBuffers;
}

export interface SharedCacheBuffers {
  /** Decoded pixels, one image after the other. */
  readonly arena: SharedArrayBuffer;
  /** See `shared-cache.ts`. */
  readonly index: SharedArrayBuffer;
}

/** The shared memory that one batch is made in. All workers write to it at once. */
export interface BatchBuffers {
  /** float32 [batch, height, width, 3]. */
  readonly images: SharedArrayBuffer;
  /** float32 [batch, classes], used where batches are mixed. */
  readonly targets: SharedArrayBuffer;
  /** int32: see {@link control}, then per place: the label, and whether the image was read. */
  readonly control: SharedArrayBuffer;
}

/** Where things lie in `control`. */
export const control = {
  /** The next place to be taken by a worker. */
  cursor: 0,
  /** Workers that have nothing more to do in this batch. */
  finished: 1,
  /** How many images the batch holds in the end. */
  size: 2,
  labels: 3,
} as const;

/** Put in the cursor, it ends the work on a batch. */
export const cancelled = 0x3fffffff;

export interface BatchJob {
  readonly id: number;
  readonly source: number;
  readonly epoch: number;
  /** Which batch of the epoch. */
  readonly position: number;
  /** Indices of the images. */
  readonly indices: Int32Array;
  readonly buffers: BatchBuffers;
}

/** An image file that could not be read, and why, as a sentence. */
export interface BadImage {
  readonly path: string;
  readonly reason: string;
}

export type ToWorker =
  | { readonly type: 'source'; readonly id: number; readonly spec: SourceSpec }
  | { readonly type: 'forget'; readonly id: number }
  | { readonly type: 'batch'; readonly job: BatchJob; readonly workers: number }
  | { readonly type: 'stop' };

/** Each worker reports on each batch, also where others were faster and left it nothing. */
export interface WorkerReport {
  readonly job: number;
  /** Images that could not be read, as (index, reason). */
  readonly bad: readonly (readonly [index: number, reason: string])[];
  /** What stopped the batch altogether. */
  readonly failure?: string;
}
