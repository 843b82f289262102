import { evalTransform, mixBatch, oneHot, trainTransform, type Raster } from '@resnet/image';
import { Random } from '@resnet/random';

import { decodeFile } from '../../decode/decode.ts';
import { DecodeError } from '../../decode/decode-error.ts';
import { control, type BatchJob, type SourceSpec, type WorkerReport } from './protocol.ts';
import { SharedCache } from '../shared-cache.ts';

/** Images one worker has under way at once: one is decoded (by libvips' own threads) while another is transformed. */
const concurrency = 2;
/** Images tried for a place whose own cannot be read. */
const maxReplacements = 20;

/** One worker's part in making the batches of one source. */
export class BatchWork {
  readonly #spec: SourceSpec;
  readonly #cache: SharedCache;
  readonly #random: Random;
  readonly #transform: (raster: Raster, random: Random, out: Float32Array) => Float32Array;
  readonly #size: readonly [height: number, width: number];

  constructor(spec: SourceSpec) {
    const { transform } = spec;
    this.#spec = spec;
    this.#cache = new SharedCache(spec.cache);
    this.#random = new Random(spec.seed);
    this.#size = transform.options.inputSize;
    if (transform.kind === 'train') {
      this.#transform = trainTransform(transform.options);
    } else {
      const evaluate = evalTransform(transform.options);
      this.#transform = (raster, _, out) => evaluate(raster, out);
    }
  }

  /**
   * Takes places of the batch until none is left. The last of the workers to finish puts the batch
   * in order: what the result is depends on the job alone, not on who did which part of it.
   */
  async run(job: BatchJob, workers: number): Promise<WorkerReport> {
    const words = new Int32Array(job.buffers.control);
    const bad: [number, string][] = [];
    let failure: string | undefined;
    const fillPlaces = async (): Promise<void> => {
      for (;;) {
        const place = Atomics.add(words, control.cursor, 1);
        if (place >= job.indices.length) return;
        await this.#fill(job, place, words, bad);
      }
    };
    try {
      await Promise.all(Array.from({ length: concurrency }, fillPlaces));
      if (Atomics.add(words, control.finished, 1) === workers - 1) this.#complete(job, words);
    } catch (error) {
      failure = describe(error);
    }
    return { job: job.id, bad, ...(failure === undefined ? {} : { failure }) };
  }

  async #fill(
    job: BatchJob,
    place: number,
    words: Int32Array,
    bad: [number, string][],
  ): Promise<void> {
    const { labels, badImages, paths } = this.#spec;
    const [height, width] = this.#size;
    const length = height * width * 3;
    const out = new Float32Array(job.buffers.images, place * length * 4, length);
    let index = job.indices[place]!;
    let random = this.#random.fork(job.epoch).fork(index);
    for (let attempt = 0; ; attempt++) {
      const raster = await this.#read(index, bad);
      if (raster !== undefined) {
        this.#transform(raster, random, out);
        words[control.labels + place] = labels[index]!;
        words[control.labels + job.indices.length + place] = 1;
        return;
      }
      if (badImages !== 'replace') return;
      if (attempt === maxReplacements) {
        throw new OutOfImages(`${maxReplacements + 1} images in a row cannot be read`);
      }
      random = random.fork('replacement');
      index = random.integer(paths.length);
    }
  }

  async #read(index: number, bad: [number, string][]): Promise<Raster | undefined> {
    const cached = this.#cache.get(index);
    if (cached !== undefined) return cached;
    if (this.#cache.isUnreadable(index)) return undefined;
    const { paths, maxPixels, reduceTo } = this.#spec;
    try {
      const raster = await decodeFile(paths[index]!, { maxPixels, reduceTo });
      this.#cache.put(index, raster);
      return raster;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#cache.setUnreadable(index);
      bad.push([index, error.reason]);
      return undefined;
    }
  }

  #complete(job: BatchJob, words: Int32Array): void {
    const { badImages, mix, seed, classes } = this.#spec;
    const places = job.indices.length;
    const [height, width] = this.#size;
    const images = new Float32Array(job.buffers.images);
    const size = badImages === 'drop' ? closeRanks(words, images, places) : places;
    words[control.size] = size;
    if (mix === null) return;
    const targets = new Float32Array(job.buffers.targets, 0, size * classes);
    targets.set(oneHot(words.subarray(control.labels, control.labels + size), classes));
    const used = images.subarray(0, size * height * width * 3);
    const random = new Random(seed).fork('mix').fork(job.epoch).fork(job.position);
    mixBatch({ size, images: used, height, width, targets }, mix, random);
  }
}

/** Not a defect: its stack would not help the user. */
class OutOfImages extends Error {}

function describe(error: unknown): string {
  if (error instanceof OutOfImages) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Moves the images that were read to the front, in order; returns how many they are. */
function closeRanks(words: Int32Array, images: Float32Array, places: number): number {
  const length = images.length / places;
  let size = 0;
  for (let place = 0; place < places; place++) {
    if (words[control.labels + places + place] !== 1) continue;
    if (size !== place) {
      images.copyWithin(size * length, place * length, (place + 1) * length);
      words[control.labels + size] = words[control.labels + place]!;
    }
    size++;
  }
  return size;
}
