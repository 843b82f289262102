import type * as tf from '@tensorflow/tfjs-core';

import { conv2dReference } from '../backends/reference/conv2d.ts';
import { checkConv, type ConvGeometry } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';
import type { Conv2dKernels } from './conv2d-kernels.ts';

/** How a filter moves over an image, as torch's `conv2d` takes it. */
export interface Conv2dOptions {
  /** Pixels from one position of the filter to the next. Default 1. */
  readonly stride?: number;
  /** Zeros added on each of the four sides. Default 0. */
  readonly padding?: number;
  /** Pixels from one tap of the filter to the next. Default 1. */
  readonly dilation?: number;
  /** Groups of channels that are convolved apart. Default 1. */
  readonly groups?: number;
}

/** The kernels of `conv2d`. */
export const conv2dKernels: KernelSet<Conv2dKernels> = /* @__PURE__ */ new KernelSet(
  conv2dReference,
);

/** The options with their defaults. */
export function convGeometry({
  stride = 1,
  padding = 0,
  dilation = 1,
  groups = 1,
}: Conv2dOptions): ConvGeometry {
  return { stride, padding, dilation, groups };
}

/**
 * Cross-correlation, as torch's `conv2d`: x `[N, H, W, Ci]`, filter `[kh, kw, Ci / groups, Co]`,
 * result `[N, Ho, Wo, Co]` with `Ho = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1`.
 * Differentiable in both; the gradient by x is not computed where nothing asks for it. The caller
 * owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes do not fit each other, OPTION_INVALID when an
 *   option is not a whole number
 */
export function conv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: Conv2dOptions = {},
): tf.Tensor4D {
  const geometry = convGeometry(options);
  checkConv('conv2d', x.shape, filter.shape, geometry);
  const [output] = differentiable({
    inputs: { x, filter },
    forward: (save: (tensors: [tf.Tensor4D, tf.Tensor4D]) => void): [tf.Tensor4D] => {
      save([x, filter]);
      return [conv2dKernels.active().forward(x, filter, geometry)];
    },
    backward: ([dy], [savedX, savedFilter]) => {
      const kernels = conv2dKernels.active();
      return {
        x: () => kernels.inputGradient(dy, savedFilter, savedX.shape, geometry),
        filter: () => kernels.filterGradient(savedX, dy, savedFilter.shape, geometry),
      };
    },
  });
  return output;
}
