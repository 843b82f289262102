import { availableParallelism } from 'node:os';

import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { loadTensorflow, nativeStatus } from '@resnet/native';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './types.ts';

interface NodeBackend {
  readonly binding: { readonly TF_Version: string; isUsingGpuDevice(): boolean };
}

function isNodeBackend(backend: object): backend is NodeBackend {
  return 'binding' in backend;
}

/** TensorFlow's own library, through @tensorflow/tfjs-node-gpu. */
export const tensorflow: Backend = {
  check() {
    const { problem } = nativeStatus({ from: import.meta.url });
    if (problem === undefined) return Promise.resolve(undefined);
    return Promise.resolve({ problem: problem.message, hint: problem.hint ?? '' });
  },

  async start() {
    await loadTensorflow({ from: import.meta.url });
    await tf.setBackend('tensorflow');
    registerTensorflowKernels();
    const backend = tf.backend();
    if (!isNodeBackend(backend)) return { detail: 'TensorFlow', dispose: async () => undefined };
    const { TF_Version: version } = backend.binding;
    const { outdated } = nativeStatus({ from: import.meta.url });
    const hint =
      outdated === true ? '; faster after `resnet setup`: another version built its addon' : '';
    const device = backend.binding.isUsingGpuDevice()
      ? 'CUDA'
      : `CPU, ${process.env.TF_NUM_INTRAOP_THREADS ?? availableParallelism()} threads`;
    return { detail: `TensorFlow ${version}, ${device}${hint}`, dispose: async () => undefined };
  },
};
