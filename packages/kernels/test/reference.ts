import { readFileSync } from 'node:fs';

import * as tf from '@tensorflow/tfjs-core';

export interface InputSpec {
  readonly shape: number[];
  readonly seed: number;
  readonly scale?: number;
  readonly shift?: number;
}

export interface OperationCase {
  readonly operation: string;
  readonly inputs: readonly InputSpec[];
  readonly options: Readonly<Record<string, number | boolean | string>>;
  /** The first is the one that gradients are taken of. */
  readonly outputs: readonly { readonly shape: readonly number[]; readonly data: string }[];
  /** By the first inputs, for an upstream gradient of seed 99. */
  readonly gradients: readonly string[];
}

export interface OptimizerCase {
  readonly optimizer: 'sgd' | 'adamw';
  readonly options: Readonly<Record<string, number> & { readonly nesterov: boolean }>;
  /** The parameter after each step; it starts from seed 1, step i has a gradient of seed 10 + i. */
  readonly steps: readonly string[];
}

/** What tooling/reference/kernels.py wrote. */
export function reference(): {
  readonly operations: readonly OperationCase[];
  readonly optimizers: readonly OptimizerCase[];
} {
  return JSON.parse(readFileSync(new URL('./fixtures/parity.json', import.meta.url), 'utf8'));
}

export function decode(data: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return new Float32Array(bytes.buffer);
}

/** A number in [-1, 1) that float32 holds exactly; kernels.py has the same formula. */
function value(seed: number, index: number): number {
  let h = Math.imul(index + seed * 7919, 0x9e3779b1);
  h ^= h >>> 15;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  return (h >>> 8) / 2 ** 23 - 1;
}

export function filled({ shape, seed, scale = 1, shift = 0 }: InputSpec): tf.Tensor {
  const { fround } = Math;
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) =>
    fround(fround(value(seed, i) * fround(scale)) + fround(shift)),
  );
  return tf.tensor(values, shape);
}
