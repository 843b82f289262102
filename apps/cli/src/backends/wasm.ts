import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

import { registerWasmKernels } from '@resnet/kernels/wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './types.ts';
import { wasmThreads, withNodeWorkers } from './wasm-threads.ts';

/** WebAssembly: works everywhere, with SIMD on every current CPU. */
export const wasm: Backend = {
  check() {
    if ('WebAssembly' in globalThis) return Promise.resolve(undefined);
    return Promise.resolve({
      problem: 'This Node has no WebAssembly (--jitless?).',
      hint: 'Run node without --jitless.',
    });
  },

  async start() {
    const { getThreadsCount, setThreadsCount, setWasmPaths } =
      await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    const folder = dirname(entry);
    setWasmPaths(`${folder}${sep}`);
    registerWasmKernels();
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    const threads = simd ? wasmThreads() : 1;
    if (threads > 1) {
      tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
      setThreadsCount(threads);
    }
    const started =
      threads > 1
        ? await withNodeWorkers(dirname(folder), threads, () => tf.setBackend('wasm'))
        : await tf.setBackend('wasm');
    if (!started) {
      const hint = threads > 1 ? ' RESNET_WASM_THREADS=1 starts it without threads.' : '';
      throw new Error(`tfjs-backend-wasm did not start.${hint}`);
    }
    const running = threads > 1 ? getThreadsCount() : 1;
    return {
      detail: `WebAssembly ${simd ? 'with' : 'without'} SIMD, ${running} thread${running === 1 ? '' : 's'}`,
      dispose: async () => undefined,
    };
  },
};
