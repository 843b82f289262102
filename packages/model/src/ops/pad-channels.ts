import * as tf from '@tensorflow/tfjs-core';

import { differentiable } from './differentiable.ts';

/** x `[N, H, W, C]` with zero channels before and after its own. */
export function padChannels(x: tf.Tensor4D, before: number, after: number): tf.Tensor4D {
  const shape = x.shape;
  return differentiable([x], () => ({
    value: tf.pad(x, [
      [0, 0],
      [0, 0],
      [0, 0],
      [before, after],
    ]),
    gradient: (dy) => [tf.slice(dy, [0, 0, 0, before], shape)],
  }));
}
