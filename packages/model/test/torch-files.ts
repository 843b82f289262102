import { readFileSync } from 'node:fs';

import { ModelError } from '../src/errors.ts';
import type { HostTensor } from '../src/host-tensor.ts';
import { readTorch } from '../src/torch/read.ts';

/** Written by torch.save: tooling/reference/model/torch_files.py */
export function fixture(name: string): Uint8Array {
  const url = new URL(`./fixtures/torch/${name}.pt`, import.meta.url);
  return new Uint8Array(readFileSync(url));
}

export const float32 = (shape: number[], values: readonly number[]): HostTensor => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(values),
});
export const int64 = (shape: number[], values: readonly bigint[]): HostTensor => ({
  shape,
  dtype: 'int64',
  data: BigInt64Array.from(values),
});
/** What `readTorch` says of bytes that it must refuse. */
export function failure(bytes: Uint8Array): ModelError {
  try {
    readTorch(bytes);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('readTorch read what it should refuse');
}
