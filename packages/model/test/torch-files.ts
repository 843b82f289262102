import { readFileSync } from 'node:fs';

import { ModelError } from '../src/errors.ts';
import type { HostTensor } from '../src/weights/state-dict.ts';
import { readTorch } from '../src/weights/torch/read-torch.ts';

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

/** The head of a legacy file, and then a pickle of these opcodes. */
export function legacy(...parts: readonly (string | readonly number[])[]): Uint8Array {
  const head = [
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ];
  const version = [0x80, 2, 0x4d, 0xe9, 3, 0x2e];
  const machine = [0x80, 2, 0x7d, 0x2e];
  const pickle = parts.flatMap((part) =>
    typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part,
  );
  return Uint8Array.from([...head, ...version, ...machine, 0x80, 2, ...pickle]);
}

/** A string of up to 65,535 characters. */
export const text = (value: string): string =>
  `X${String.fromCharCode(value.length & 255, value.length >> 8)}\0\0${value}`;

/** A tensor of these sizes, as text of small numbers, on a storage of `size` floats. */
export function tensor(size: string, shape: string, strides: string, offset = 'K\0'): string {
  return (
    'ctorch._utils\n_rebuild_tensor_v2\n' +
    `((${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}${size}tQ` +
    `${offset}(${shape}t(${strides}t\x89)tR`
  );
}
