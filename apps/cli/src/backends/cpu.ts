import * as tf from '@tensorflow/tfjs-core';

import type { Backend } from './types.ts';

/** Plain JavaScript: slow, works everywhere. */
export const cpu: Backend = {
  check: () => Promise.resolve(undefined),

  async start() {
    await import('@tensorflow/tfjs-backend-cpu');
    tf.enableProdMode(); // else it prints an advertisement for tfjs-node
    await tf.setBackend('cpu');
    return { detail: 'plain JavaScript, 1 thread', dispose: async () => undefined };
  },
};
