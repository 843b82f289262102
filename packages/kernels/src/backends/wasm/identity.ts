import * as tf from '@tensorflow/tfjs-core';

import { isWasmBackend } from './backend.ts';

/**
 * Makes clones on the wasm backend share their values, as on the other backends. tfjs's own kernel
 * copies them there, and it clones every tensor that an operation saves for its gradient: all the
 * activations of a training step would be held twice.
 */
export function shareClones(): void {
  tf.unregisterKernel(tf.Identity, 'wasm');
  tf.registerKernel({
    kernelName: tf.Identity,
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend }) => {
      const { dataId, shape, dtype } = inputs.x!;
      if (isWasmBackend(backend)) backend.incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}
