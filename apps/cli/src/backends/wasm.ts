import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

import { registerWasmKernels } from '@resnet/kernels/wasm';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './types.ts';

/** WebAssembly: works everywhere, with SIMD on every current processor. */
export const wasm: Backend = {
  check() {
    if ('WebAssembly' in globalThis) return Promise.resolve(undefined);
    return Promise.resolve({
      problem: 'This Node has no WebAssembly (--jitless?).',
      advice: 'Run node without --jitless.',
    });
  },

  async start() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(entry)}${sep}`);
    registerWasmKernels();
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs-backend-wasm did not start.');
    const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
    return {
      detail: `WebAssembly ${simd ? 'with' : 'without'} SIMD, 1 thread`,
      dispose: async () => undefined,
    };
  },
};
