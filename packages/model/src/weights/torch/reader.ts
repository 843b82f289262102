import { decodeUtf8 } from '../../utf8.ts';
import { invalid } from './errors.ts';

/** Reads integers and text from untrusted bytes; never past their end. */
export class Reader {
  position = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.#bytes.length;
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A size or place: past 2^53 it is rounded, which is past the end of any file all the same. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true));
  }

  /** Pickle's floats are big-endian, unlike its integers. */
  float64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** A view, not a copy. */
  bytes(count: number): Uint8Array {
    const start = this.#advance(count);
    return this.#bytes.subarray(start, start + count);
  }

  text(count: number): string {
    const bytes = this.bytes(count);
    try {
      return decodeUtf8(bytes);
    } catch (cause) {
      throw invalid('a string is not UTF-8', cause);
    }
  }

  /** Up to a line feed, which is passed over. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw invalid('it ends in the middle of a line; the file is cut short');
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
  }

  #advance(count: number): number {
    const start = this.position;
    if (!(count >= 0 && count <= this.#bytes.length - start)) {
      throw invalid(
        `at byte ${start}, ${count} bytes are announced and ${this.#bytes.length - start} are left; the file is cut short or lies`,
      );
    }
    this.position = start + count;
    return start;
  }
}
