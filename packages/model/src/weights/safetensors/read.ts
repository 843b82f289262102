/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import type { HostTensor, StateDict } from '../state-dict.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from '../half-precision.ts';
import { readHeader, type TensorEntry } from './header.ts';

export interface SafetensorsFile {
  readonly tensors: StateDict;
  /** `__metadata__`: `format` is `pt` in files made by torch. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The tensors of a safetensors file, in its order. F32, F16 and BF16 come as float32 (exactly),
 * I64 as int64. Nothing in the file is trusted; float32 data may share memory with `bytes`.
 *
 * @throws ModelError SAFETENSORS_INVALID saying which part of the file is wrong
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { metadata, entries, dataStart } = readHeader(bytes);
  const tensors = new Map<string, HostTensor>();
  for (const entry of entries) {
    const data = bytes.subarray(dataStart + entry.begin, dataStart + entry.end);
    tensors.set(entry.name, decode(entry, data));
  }
  return { tensors, metadata };
}

/** Typed arrays are little-endian on every platform that runs JavaScript, as is the format. */
function decode({ dtype, shape }: TensorEntry, data: Uint8Array): HostTensor {
  switch (dtype) {
    case 'F32': {
      const { buffer, byteOffset, length } = alignedTo(4, data);
      return { shape, dtype: 'float32', data: new Float32Array(buffer, byteOffset, length / 4) };
    }
    case 'I64': {
      const { buffer, byteOffset, length } = alignedTo(8, data);
      return { shape, dtype: 'int64', data: new BigInt64Array(buffer, byteOffset, length / 8) };
    }
    case 'F16':
      return { shape, dtype: 'float32', data: float16ToFloat32(halves(data)) };
    case 'BF16':
      return { shape, dtype: 'float32', data: bfloat16ToFloat32(halves(data)) };
  }
}

function halves(data: Uint8Array): Uint16Array {
  const { buffer, byteOffset, length } = alignedTo(2, data);
  return new Uint16Array(buffer, byteOffset, length / 2);
}

/** A copy where the bytes do not lie at a multiple of `size`, which typed arrays need. */
function alignedTo(size: number, data: Uint8Array): Uint8Array {
  // Not `slice`, which copies nothing where the bytes are Node's Buffer.
  return data.byteOffset % size === 0 ? data : new Uint8Array(data);
}
