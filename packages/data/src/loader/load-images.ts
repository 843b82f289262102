import type { EvalTransform, Raster } from '@resnet/image';

import { decodeFile, defaultMaxPixels, type DecodeOptions } from '../decode/decode.ts';
import { DecodeError } from '../decode/decode-error.ts';
import type { Transform } from './worker/protocol.ts';
import { SharedCache } from './shared-cache.ts';
import { BadImages, defaultPrefetch, imageLength, runAhead } from './prefetch.ts';
import { WorkerPool } from './worker/worker-pool.ts';

/** An image ready for the network, or why there is none. */
export type LoadedImage =
  | { readonly index: number; readonly path: string; readonly image: Float32Array }
  | { readonly index: number; readonly path: string; readonly reason: string };

/** A decoded image, or why there is none. */
export type DecodedImage =
  | { readonly index: number; readonly path: string; readonly raster: Raster }
  | { readonly index: number; readonly path: string; readonly reason: string };

/** How {@link loadImages} and {@link decodeFiles} read files. */
export interface LoadImagesOptions {
  /** Threads to work with, closed by their owner; its own otherwise. */
  readonly pool?: WorkerPool;
  readonly workers?: number;
  readonly maxPixels?: number;
  readonly signal?: AbortSignal;
}

/**
 * Each path in order as `height * width * 3` normalised floats (HWC), or the reason why it cannot
 * be read. Decoded and transformed in worker threads while the caller is busy with what it has.
 * For a handful of images {@link decodeFiles} starts sooner.
 */
export async function* loadImages(
  paths: readonly string[],
  transform: EvalTransform,
  options: LoadImagesOptions = {},
): AsyncGenerator<LoadedImage, void> {
  const chunk = 16;
  const work: Transform = { kind: 'evaluate', options: transform };
  const length = imageLength(work);
  const pool = options.pool ?? new WorkerPool(options.workers);
  const reasons = new Map<number, string>();
  const bad = new BadImages(paths, undefined);
  const source = pool.register({
    paths,
    labels: new Int32Array(paths.length),
    transform: work,
    seed: 0,
    classes: 0,
    mix: null,
    maxPixels: options.maxPixels ?? defaultMaxPixels,
    reduceTo: undefined,
    badImages: 'mark',
    cache: SharedCache.allocate(paths.length, 0).buffers,
  });
  try {
    const made = runAhead({
      pool,
      source,
      batchSize: chunk,
      transform: work,
      classes: 0,
      prefetch: defaultPrefetch(chunk, work),
      signal: options.signal,
      onBad: (list) => {
        bad.add(list);
        for (const [index, reason] of list) reasons.set(index, reason);
      },
      plan: (n) => {
        const from = n * chunk;
        const count = Math.min(chunk, paths.length - from);
        if (count <= 0) return undefined;
        return {
          epoch: 0,
          position: n,
          indices: Int32Array.from({ length: count }, (_, i) => from + i),
        };
      },
    });
    for await (const { indices, images, read } of made) {
      for (const [place, index] of indices.entries()) {
        const path = paths[index]!;
        if (read[place] === 1) {
          const image = images.slice(place * length, (place + 1) * length);
          yield { index, path, image };
        } else {
          yield { index, path, reason: reasons.get(index) ?? 'cannot be read' };
        }
      }
    }
  } finally {
    pool.unregister(source);
    if (options.pool === undefined) await pool.close();
  }
}

/**
 * Each path in order, decoded, or the reason why it cannot be. The next `ahead` files are decoded
 * (off the main thread, by libvips) while the caller uses one.
 */
export async function* decodeFiles(
  paths: readonly string[],
  options: DecodeOptions & { readonly ahead?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<DecodedImage, void> {
  const { ahead = 4, signal } = options;
  const underWay: Promise<DecodedImage>[] = [];
  let next = 0;
  const decode = async (index: number): Promise<DecodedImage> => {
    const path = paths[index]!;
    try {
      return { index, path, raster: await decodeFile(path, options) };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return { index, path, reason: error.reason };
    }
  };
  for (;;) {
    signal?.throwIfAborted();
    while (next < paths.length && underWay.length <= ahead) {
      const decoded = decode(next++);
      decoded.catch(() => undefined);
      underWay.push(decoded);
    }
    const first = underWay.shift();
    if (first === undefined) return;
    yield await first;
  }
}
