import type { HostTensor } from '../state-dict.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from '../half-precision.ts';

export type StorageDtype =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint8'
  | 'bool';

type Data = HostTensor['data'];

interface Dtype {
  readonly itemSize: number;
  /** Elements, which may share memory with the bytes; these lie at a multiple of `itemSize`. */
  readonly decode: (buffer: ArrayBufferLike, offset: number, count: number) => Data;
}

/** Floats come as float32 (float64 rounded to nearest), integers and booleans as int64. */
export const dtypes: Readonly<Record<StorageDtype, Dtype>> = {
  float32: { itemSize: 4, decode: (b, at, n) => new Float32Array(b, at, n) },
  float64: { itemSize: 8, decode: (b, at, n) => new Float32Array(new Float64Array(b, at, n)) },
  float16: { itemSize: 2, decode: (b, at, n) => float16ToFloat32(new Uint16Array(b, at, n)) },
  bfloat16: { itemSize: 2, decode: (b, at, n) => bfloat16ToFloat32(new Uint16Array(b, at, n)) },
  int64: { itemSize: 8, decode: (b, at, n) => new BigInt64Array(b, at, n) },
  int32: { itemSize: 4, decode: (b, at, n) => widened(new Int32Array(b, at, n)) },
  int16: { itemSize: 2, decode: (b, at, n) => widened(new Int16Array(b, at, n)) },
  int8: { itemSize: 1, decode: (b, at, n) => widened(new Int8Array(b, at, n)) },
  uint8: { itemSize: 1, decode: (b, at, n) => widened(new Uint8Array(b, at, n)) },
  bool: { itemSize: 1, decode: (b, at, n) => widened(new Uint8Array(b, at, n)) },
};

/** What torch calls the storages of each, in the module `torch`. */
export const storageTypes: ReadonlyMap<string, StorageDtype> = new Map([
  ['FloatStorage', 'float32'],
  ['DoubleStorage', 'float64'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
]);

function widened(source: Int32Array | Int16Array | Int8Array | Uint8Array): BigInt64Array {
  const result = new BigInt64Array(source.length);
  for (let i = 0; i < source.length; i++) result[i] = BigInt(source[i]!);
  return result;
}
