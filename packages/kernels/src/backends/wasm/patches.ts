// What is changed in tfjs's wasm backend: ../../tfjs/README.md says why.

import * as tf from '@tensorflow/tfjs-core';

import { replaceKernel } from '../../tfjs/replace-kernel.ts';
import { isWasmBackend } from './backend.ts';

/**
 * Makes clones on the wasm backend share their values, as on the other backends. tfjs's own kernel
 * copies them there, and it clones every tensor that an op saves for its gradient: all the
 * activations of a training step would be held twice.
 */
export function shareClones(): void {
  replaceKernel(tf.Identity, 'wasm', () => ({ inputs, backend }) => {
    const { dataId, shape, dtype } = inputs['x']!;
    if (isWasmBackend(backend)) backend.incRef(dataId);
    return { dataId, shape, dtype };
  });
}
