import { availableMemory, constrainedMemory } from 'node:process';

import type { Raster } from '@resnet/image';

import type { SharedCacheBuffers } from './worker/protocol.ts';

const used = 0;
const header = 1;
/** State, place (in blocks), width, height. */
const fields = 4;
const blockBytes = 64;

const absent = 0;
const writing = 1;
const present = 2;
const unreadable = 3;

/**
 * Decoded images in memory that all workers share: what one has decoded, none decodes again in
 * the next epoch, and no image is copied between threads. Filled first come, first served, until
 * the budget is used up; which images are in it changes speed only, never results.
 */
export class SharedCache {
  readonly buffers: SharedCacheBuffers;
  readonly #arena: Uint8Array;
  readonly #index: Int32Array;

  constructor(buffers: SharedCacheBuffers) {
    this.buffers = buffers;
    this.#arena = new Uint8Array(buffers.arena);
    this.#index = new Int32Array(buffers.index);
  }

  /** The memory is reserved at once, but the system hands it out only as it is filled. */
  static allocate(images: number, budgetBytes: number): SharedCache {
    const blocks = Math.min(Math.floor(budgetBytes / blockBytes), 0x7fffffff);
    return new SharedCache({
      arena: reserve(blocks * blockBytes),
      index: new SharedArrayBuffer((header + images * fields) * 4),
    });
  }

  /** The image itself, not a copy: it must not be written to. */
  get(image: number): Raster | undefined {
    const at = header + image * fields;
    if (Atomics.load(this.#index, at) !== present) return undefined;
    const offset = this.#index[at + 1]! * blockBytes;
    const width = this.#index[at + 2]!;
    const height = this.#index[at + 3]!;
    return { width, height, data: this.#arena.subarray(offset, offset + width * height * 3) };
  }

  put(image: number, { width, height, data }: Raster): void {
    const at = header + image * fields;
    const blocks = Math.ceil(data.length / blockBytes);
    const capacity = this.#arena.length / blockBytes;
    if (Atomics.load(this.#index, used) + blocks > capacity) return;
    if (Atomics.compareExchange(this.#index, at, absent, writing) !== absent) return;
    const block = Atomics.add(this.#index, used, blocks);
    if (block + blocks > capacity) {
      Atomics.sub(this.#index, used, blocks);
      Atomics.store(this.#index, at, absent);
      return;
    }
    this.#arena.set(data, block * blockBytes);
    this.#index[at + 1] = block;
    this.#index[at + 2] = width;
    this.#index[at + 3] = height;
    Atomics.store(this.#index, at, present);
  }

  isUnreadable(image: number): boolean {
    return Atomics.load(this.#index, header + image * fields) === unreadable;
  }

  setUnreadable(image: number): void {
    Atomics.store(this.#index, header + image * fields, unreadable);
  }

  /** The fraction of all images that the budget is enough for, by the size of those that are present. */
  get expectedFraction(): number {
    const images = (this.#index.length - header) / fields;
    let cached = 0;
    for (let image = 0; image < images; image++) {
      if (Atomics.load(this.#index, header + image * fields) === present) cached++;
    }
    if (cached === 0) return 0;
    return Math.min(1, this.#arena.length / ((this.bytes / cached) * images));
  }

  /** Bytes in use. */
  get bytes(): number {
    return Atomics.load(this.#index, used) * blockBytes;
  }
}

/** A quarter of the memory that is free, at most 1 GiB: some 1,800 images of 500 x 375. */
export function defaultCacheBytes(): number {
  const limit = constrainedMemory();
  const free = availableMemory();
  const room = limit > 0 && limit < free ? limit : free;
  return Math.min(Math.floor(room / 4), 2 ** 30);
}

/** Where so much cannot be had, less will do. */
function reserve(bytes: number): SharedArrayBuffer {
  for (let size = bytes; size > 2 ** 20; size = Math.floor(size / 2 / blockBytes) * blockBytes) {
    try {
      return new SharedArrayBuffer(size);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return new SharedArrayBuffer(Math.min(bytes, 2 ** 20));
}
