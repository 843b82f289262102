import type * as tf from '@tensorflow/tfjs-core';

import { checkConv, type ConvGeometry } from '../geometry.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

export interface Conv2dOptions {
  readonly stride?: number;
  /** Zeros added on each of the four sides. */
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/**
 * Cross-correlation, as torch's `conv2d`: x `[N, H, W, Ci]`, filter `[kh, kw, Ci / groups, Co]`,
 * result `[N, Ho, Wo, Co]` with `Ho = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1`.
 * Differentiable in both; the gradient by x is not computed where nothing asks for it.
 *
 * @throws KernelError if the shapes do not fit each other or an option is not a whole number
 */
export function conv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: Conv2dOptions = {},
): tf.Tensor4D {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const geometry: ConvGeometry = { stride, padding, dilation, groups };
  checkConv('conv2d', x.shape, filter.shape, geometry);
  const [output] = differentiable({
    inputs: { x, filter },
    forward: (save: (tensors: [tf.Tensor4D, tf.Tensor4D]) => void): [tf.Tensor4D] => {
      save([x, filter]);
      return [primitives().conv2d(x, filter, geometry)];
    },
    backward: ([dy], [savedX, savedFilter]) => {
      return {
        x: () => primitives().conv2dInputGradient(dy, savedFilter, savedX.shape, geometry),
        filter: () => primitives().conv2dFilterGradient(savedX, dy, savedFilter.shape, geometry),
      };
    },
  });
  return output;
}
