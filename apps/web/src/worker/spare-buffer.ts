/** Larger ones are not kept: a picture of megapixels is rare, and need not stay. */
const mostBytes = 8 * 2 ** 20;

/**
 * A buffer kept for the next picture, one at most. A camera would otherwise leave megabytes behind
 * a second, which are collected only once there are many.
 */
export class SpareBuffer<T extends Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>> {
  readonly #make: (length: number) => T;
  #spare: T | undefined;

  constructor(make: (length: number) => T) {
    this.#make = make;
  }

  /** The buffer that was given back, or a new one; with whatever it held. */
  take(length: number): T {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare?.length === length ? spare : this.#make(length);
  }

  /** To be called by whoever took it, and uses it no more. */
  give(buffer: T): void {
    if (buffer.byteLength <= mostBytes) this.#spare = buffer;
  }
}
