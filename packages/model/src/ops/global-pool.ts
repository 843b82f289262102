/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import { globalAveragePool } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';

import { add } from './add.ts';
import { affine } from './affine.ts';
import { differentiable } from './differentiable.ts';

/**
 * `[N, H, W, C]` to `[N, C]`, or `[N, 2 C]` by `catavgmax`; the names and what they mean are
 * timm's (`avgmax` is half the sum).
 */
export function globalPool(
  x: tf.Tensor4D,
  kind: 'avg' | 'max' | 'avgmax' | 'catavgmax',
): tf.Tensor2D {
  switch (kind) {
    case 'avg':
      return globalAveragePool(x);
    case 'max':
      return globalMaxPool(x);
    case 'avgmax':
      return affine(add(globalAveragePool(x), globalMaxPool(x)), 0.5, 0);
    case 'catavgmax':
      return concatenate(globalAveragePool(x), globalMaxPool(x));
  }
}

/** The largest of each channel; its gradient goes to the first of equals, as in torch. */
function globalMaxPool(x: tf.Tensor4D): tf.Tensor2D {
  return differentiable([x], (save) => {
    const [n, h, w, c] = x.shape;
    save([x]);
    return {
      value: tf.max<tf.Tensor2D>(tf.reshape(x, [n, h * w, c]), 1),
      gradient: (dy, [savedX]) => {
        const where = tf.argMax<tf.Tensor2D>(tf.reshape(savedX!, [n, h * w, c]), 1);
        const chosen = tf.cast(tf.oneHot(where, h * w), 'float32');
        const gradient = tf.mul(chosen, tf.reshape(dy, [n, c, 1]));
        return [tf.reshape(tf.transpose(gradient, [0, 2, 1]), [n, h, w, c])];
      },
    };
  });
}

function concatenate(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const [n, width] = a.shape;
  return differentiable([a, b], () => ({
    value: tf.concat([a, b], 1),
    gradient: (dy) => [tf.slice(dy, [0, 0], [n, width]), tf.slice(dy, [0, width], [n, b.shape[1]])],
  }));
}
