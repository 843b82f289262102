import { registerWasmKernels } from '@resnet/kernels/wasm';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { WebPredictorError } from '../errors.ts';
import type { StartBackend } from './serve.ts';
import { canNestBlobWorkers, threadsFor, withThreads } from './wasm-threads.ts';

export const startWasm: StartBackend = async ({ wasmFiles }) => {
  setWasmPaths({ ...wasmFiles });
  registerWasmKernels();
  const hasSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const wanted = crossOriginIsolated ? threadsFor(navigator.hardwareConcurrency) : 1;
  const isThreaded =
    wanted > 1 &&
    hasSimd === true &&
    (await tf.env().getAsync('WASM_HAS_MULTITHREAD_SUPPORT')) === true &&
    (await canNestBlobWorkers());
  if (!isThreaded) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  try {
    const started = isThreaded
      ? await withThreads(wanted, () => {
          setThreadsCount(wanted);
          return tf.setBackend('wasm');
        })
      : await tf.setBackend('wasm');
    if (!started) throw new Error('tfjs did not start on it');
  } catch (cause) {
    throw new WebPredictorError(
      'BACKEND_UNAVAILABLE',
      `wasm: ${cause instanceof Error ? cause.message : String(cause)}; are the .wasm files served beside the scripts?`,
      { cause },
    );
  }
  const threads = isThreaded ? getThreadsCount() : 1;
  const count = threads === 1 ? '1 thread' : `${threads} threads`;
  return { detail: `${hasSimd === true ? 'SIMD' : 'no SIMD'}, ${count}`, isSoftware: false };
};
