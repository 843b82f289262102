import { decodeElements, dtypes, hostTensor } from '../dtypes.ts';
import type { HostTensor } from '../state-dict.ts';
import { invalid, shown } from './errors.ts';
import type { TensorRef } from './values.ts';

/**
 * State dicts share storages (a tied weight, a view of a buffer, an element spread by strides of 0),
 * but not many times over: this many times the file's size may be read, and a megabyte in any case.
 */
const sharing = 4;
const always = 2 ** 20;

/**
 * Turns windows on storages into tensors in torch's order, rows last. One that lies in order shares
 * memory with the file where its dtype allows it; the same window asked for twice is one tensor.
 */
export class TensorLoader {
  readonly #storage: (ref: TensorRef['storage']) => Uint8Array;
  readonly #made = new Map<string, HostTensor>();
  /** Bytes that may still be read: a window of stride 0 asks for any number of them. */
  #left: number;

  constructor(storage: (ref: TensorRef['storage']) => Uint8Array, fileSize: number) {
    this.#storage = storage;
    this.#left = sharing * fileSize + always;
  }

  /** @throws {ModelError} TORCH_FILE_INVALID when a tensor reaches past its storage, with both sizes */
  tensor(name: string, ref: TensorRef): HostTensor {
    const { storage, offset, shape, strides } = ref;
    const key = JSON.stringify([storage.key, storage.dtype, storage.view, offset, shape, strides]);
    const before = this.#made.get(key);
    if (before !== undefined) return before;

    const where = `'${shown(name)}' of shape [${shape.join(', ')}]`;
    const { itemSize } = dtypes[storage.dtype];
    const count = shape.reduce((product, size) => product * size, 1);
    // A product past 2^53 is rounded, but still far from what a file can hold.
    const reach = count === 0 ? 0 : shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 1);
    const available = storage.view?.size ?? storage.size;
    if (!(offset + reach <= available)) {
      throw invalid(
        `${where} reaches to element ${offset + reach} of a storage of ${available} elements`,
      );
    }
    // A window with wide strides is read, and perhaps converted, from its first element to its last.
    this.#left -= Math.max(count, reach) * itemSize;
    if (!(this.#left >= 0)) {
      throw invalid(`${where} asks for more elements than the file can hold`);
    }
    const bytes = this.#storage(storage);
    const start = ((storage.view?.offset ?? 0) + offset) * itemSize;
    const window = bytes.subarray(start, start + reach * itemSize);
    const source = decodeElements(storage.dtype, window);
    const data = isContiguous(shape, strides) ? source : gather(source, count, shape, strides);
    const tensor = hostTensor(shape, data);
    this.#made.set(key, tensor);
    return tensor;
  }
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return shape.includes(0);
    expected *= shape[axis]!;
  }
  return true;
}

/** Counts through the window as an odometer does. */
function gather(
  source: HostTensor['data'],
  count: number,
  shape: readonly number[],
  strides: readonly number[],
): HostTensor['data'] {
  const result =
    source instanceof BigInt64Array ? new BigInt64Array(count) : new Float32Array(count);
  const index = shape.map(() => 0);
  let place = 0;
  for (let i = 0; i < count; i++) {
    result[i] = source[place]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      place -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
