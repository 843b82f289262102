import { decodeElements, hostTensor } from '../dtypes.ts';
import type { HostTensor, StateDict } from '../state-dict.ts';
import { readHeader } from './header.ts';

/** What a safetensors file holds. */
export interface SafetensorsFile {
  readonly tensors: StateDict;
  /** `__metadata__`: `format` is `pt` in files made by torch. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * The tensors of a safetensors file, in its order. Floats come as float32 (F64 rounded to nearest, the
 * narrower ones exactly), integers and booleans as int64, as `readTorch` gives them. Nothing in the
 * file is trusted. Data may share memory with `bytes`.
 *
 * @throws {ModelError} SAFETENSORS_INVALID when a part of the file is wrong, saying which, or a dtype
 *   is not read: F8, C64 and U64 are not
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { metadata, entries, dataStart } = readHeader(bytes);
  const tensors = new Map<string, HostTensor>();
  for (const entry of entries) {
    const data = bytes.subarray(dataStart + entry.begin, dataStart + entry.end);
    tensors.set(entry.name, hostTensor(entry.shape, decodeElements(entry.dtype, data)));
  }
  return { tensors, metadata };
}
