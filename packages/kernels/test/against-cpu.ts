import { startBackend } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/**
 * Runs `call` on the backend under test and, with the reference implementations, on the cpu backend
 * (themselves tested against PyTorch). The values of all results come back end to end; that
 * the shapes agree, and that nothing but the results was left, is seen to here.
 */
export async function runHereAndOnCpu(
  backend: string,
  call: () => tf.Tensor[],
): Promise<{ here: number[]; onCpu: number[] }> {
  await startBackend('cpu');
  await tf.setBackend('cpu');
  const reference = tf.tidy(() => call());
  const expected = await take(reference);
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const results = tf.tidy(() => call());
  expect(tf.memory().numTensors - before, 'tensors left').toBe(results.length);
  const received = await take(results);
  expect(received.shapes).toEqual(expected.shapes);
  return { here: received.values, onCpu: expected.values };
}

async function take(tensors: tf.Tensor[]): Promise<{ shapes: number[][]; values: number[] }> {
  const data = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return {
    shapes: tensors.map(({ shape }) => shape),
    values: data.flatMap((values) => Array.from(values)),
  };
}

/** Draws the cases of a test; the same seed gives the same cases. */
export class Sampler {
  #state: number;

  constructor(seed: number) {
    // Neighbouring seeds must not draw alike.
    this.#state = Math.imul(seed + 1, 0x9e3779b9) >>> 0;
  }

  /** At least 0 and less than `bound` (Numerical Recipes' linear congruence). */
  integer(bound: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)]!;
  }

  /** In -1..1. */
  values(size: number): Float32Array {
    return Float32Array.from({ length: size }, () => this.integer(2 ** 24) / 2 ** 23 - 1);
  }
}

/** A tensor of a sampler's values. The type is the caller's word for its rank. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is what the caller says
export function sampled<T extends tf.Tensor>(sampler: Sampler, shape: readonly number[]): T {
  const size = shape.reduce((product, length) => product * length, 1);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rank is the caller's word
  return tf.tensor(sampler.values(size), [...shape]) as T;
}
