import os from 'node:os';
import workerThreads from 'node:worker_threads';

import { conv2d } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { wasmThreads } from './wasm-threads.ts';
import { wasm } from './wasm.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('wasmThreads', () => {
  it.each([
    ['1', 1],
    ['3', 3],
    ['64', 8], // the build starts 8 workers, not more
    ['0', 1],
    ['many', 1],
  ])('RESNET_WASM_THREADS=%s gives %i', (value, expected) => {
    expect(wasmThreads({ RESNET_WASM_THREADS: value })).toBe(expected);
  });

  it('takes the CPUs there are', () => {
    expect(wasmThreads({})).toBe(Math.min(os.availableParallelism(), 8));
  });
});

describe('wasm with threads', () => {
  it('starts in Node, computes, and leaves the modules of Node as they were', async () => {
    vi.stubEnv('RESNET_WASM_THREADS', '2');
    const { Worker } = workerThreads;
    const { cpus } = os;
    const started = await wasm.start();
    expect(started.detail).toBe('WebAssembly with SIMD, 2 threads');
    expect(workerThreads.Worker).toBe(Worker);
    expect(os.cpus).toBe(cpus);
    expect('Worker' in globalThis).toBe(false);
    const y = tf.tidy(() => conv2d(tf.ones([2, 32, 32, 16]), tf.ones([3, 3, 16, 32])));
    expect(new Set(await y.data())).toEqual(new Set([144]));
    y.dispose();
    await started.dispose();
  });
});
