import { bfloat16ToFloat32, float16ToFloat32 } from './half-precision.ts';
import type { HostTensor } from './state-dict.ts';

/** What weight files store elements as. */
export type Dtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool';

interface DtypeFormat {
  /** Bytes of an element. */
  readonly itemSize: number;
  readonly safetensors: string;
  /** Of torch's storages, in the module `torch`; absent where there is none. */
  readonly torchStorage?: string;
  readonly decode: (buffer: ArrayBufferLike, offset: number, count: number) => HostTensor['data'];
}

/**
 * The dtypes that are read: what each is called in the formats, and how its bytes become elements.
 * Floats come as float32 (float64 rounded to nearest, the narrower ones exactly), integers and
 * booleans as int64, which holds all of them.
 */
export const dtypes: Readonly<Record<Dtype, DtypeFormat>> = {
  float64: {
    itemSize: 8,
    safetensors: 'F64',
    torchStorage: 'DoubleStorage',
    decode: (b, at, n) => new Float32Array(new Float64Array(b, at, n)),
  },
  float32: {
    itemSize: 4,
    safetensors: 'F32',
    torchStorage: 'FloatStorage',
    decode: (b, at, n) => new Float32Array(b, at, n),
  },
  float16: {
    itemSize: 2,
    safetensors: 'F16',
    torchStorage: 'HalfStorage',
    decode: (b, at, n) => float16ToFloat32(new Uint16Array(b, at, n)),
  },
  bfloat16: {
    itemSize: 2,
    safetensors: 'BF16',
    torchStorage: 'BFloat16Storage',
    decode: (b, at, n) => bfloat16ToFloat32(new Uint16Array(b, at, n)),
  },
  int64: {
    itemSize: 8,
    safetensors: 'I64',
    torchStorage: 'LongStorage',
    decode: (b, at, n) => new BigInt64Array(b, at, n),
  },
  int32: {
    itemSize: 4,
    safetensors: 'I32',
    torchStorage: 'IntStorage',
    decode: (b, at, n) => toInt64(new Int32Array(b, at, n)),
  },
  int16: {
    itemSize: 2,
    safetensors: 'I16',
    torchStorage: 'ShortStorage',
    decode: (b, at, n) => toInt64(new Int16Array(b, at, n)),
  },
  int8: {
    itemSize: 1,
    safetensors: 'I8',
    torchStorage: 'CharStorage',
    decode: (b, at, n) => toInt64(new Int8Array(b, at, n)),
  },
  uint32: {
    itemSize: 4,
    safetensors: 'U32',
    decode: (b, at, n) => toInt64(new Uint32Array(b, at, n)),
  },
  uint16: {
    itemSize: 2,
    safetensors: 'U16',
    decode: (b, at, n) => toInt64(new Uint16Array(b, at, n)),
  },
  uint8: {
    itemSize: 1,
    safetensors: 'U8',
    torchStorage: 'ByteStorage',
    decode: (b, at, n) => toInt64(new Uint8Array(b, at, n)),
  },
  bool: {
    itemSize: 1,
    safetensors: 'BOOL',
    torchStorage: 'BoolStorage',
    decode: (b, at, n) => toInt64(new Uint8Array(b, at, n)),
  },
};

/** The dtype that a format calls by a name; undefined where none is. */
export function dtypeNamed(
  format: 'safetensors' | 'torchStorage',
  name: string,
): Dtype | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the table
  return (Object.keys(dtypes) as Dtype[]).find((dtype) => dtypes[dtype][format] === name);
}

/**
 * The elements of bytes, little-endian as typed arrays are on every platform that runs JavaScript.
 * Shares memory with the bytes where the dtype allows it and they are aligned.
 */
export function decodeElements(dtype: Dtype, bytes: Uint8Array): HostTensor['data'] {
  const { itemSize, decode } = dtypes[dtype];
  // A copy where the bytes do not lie at a multiple of an element. Not `slice`, which copies nothing
  // where the bytes are Node's Buffer.
  const { buffer, byteOffset, length } =
    bytes.byteOffset % itemSize === 0 ? bytes : new Uint8Array(bytes);
  return decode(buffer, byteOffset, length / itemSize);
}

/** A tensor of elements, with the dtype that they have come as. */
export function hostTensor(shape: readonly number[], data: HostTensor['data']): HostTensor {
  return data instanceof BigInt64Array
    ? { shape, dtype: 'int64', data }
    : { shape, dtype: 'float32', data };
}

function toInt64(source: ArrayLike<number>): BigInt64Array {
  const result = new BigInt64Array(source.length);
  for (let i = 0; i < source.length; i++) result[i] = BigInt(source[i]!);
  return result;
}
