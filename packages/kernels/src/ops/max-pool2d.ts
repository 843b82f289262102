import * as tf from '@tensorflow/tfjs-core';

import { checkPool, type PoolGeometry } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';

/** How a square window moves over an image, as torch's pools take it. */
export interface Pool2dOptions {
  /** Pixels along a side of the window. */
  readonly kernelSize: number;
  /** Pixels from one window to the next. Default `kernelSize`, as in torch. */
  readonly stride?: number;
  /** Pixels added on each of the four sides, at most half of `kernelSize`. Default 0. */
  readonly padding?: number;
}

/** What backends replace of `maxPool2d`: x `[N, H, W, C]`, outputs `[N, Ho, Wo, C]`. */
export interface MaxPool2dKernels {
  readonly forward: (x: tf.Tensor4D, geometry: PoolGeometry) => tf.Tensor4D;
  readonly gradient: (
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    output: tf.Tensor4D,
    geometry: PoolGeometry,
  ) => tf.Tensor4D;
}

/** Below every float32: a padded pixel never wins. (-Infinity is no literal that WGSL accepts.) */
const lowest = -3.4028234663852886e38;

function padLowest(x: tf.Tensor4D, padding: number): tf.Tensor4D {
  if (padding === 0) return x;
  const edge: [number, number] = [padding, padding];
  return tf.pad(x, [[0, 0], edge, edge, [0, 0]], lowest);
}

/** The kernels of `maxPool2d`. */
export const maxPool2dKernels: KernelSet<MaxPool2dKernels> =
  /* @__PURE__ */ new KernelSet<MaxPool2dKernels>({
    forward: (x, { kernelSize, stride, padding }) =>
      tf.tidy(() => tf.maxPool(padLowest(x, padding), kernelSize, stride, 'valid')),

    gradient: (dy, x, output, { kernelSize, stride, padding }) =>
      tf.tidy(() => {
        const gradient = tf
          .engine()
          .runKernel<tf.Tensor4D>(
            'MaxPoolGrad',
            { dy, input: padLowest(x, padding), output },
            { filterSize: kernelSize, strides: stride, pad: 'valid' },
          );
        return padding === 0 ? gradient : tf.slice(gradient, [0, padding, padding, 0], x.shape);
      }),
  });

/**
 * The largest of each window of x `[N, H, W, C]`; padding never wins, whatever the sign of x
 * (torch's `max_pool2d`). The gradient goes to the window's first maximum. The caller owns the
 * result `[N, Ho, Wo, C]`.
 *
 * @throws {KernelError} SHAPE_MISMATCH when a window does not fit, OPTION_INVALID when padding exceeds
 *   half of it or an option is not a whole number
 */
export function maxPool2d(x: tf.Tensor4D, options: Pool2dOptions): tf.Tensor4D {
  const { kernelSize, stride = kernelSize, padding = 0 } = options;
  const geometry: PoolGeometry = { kernelSize, stride, padding };
  checkPool('maxPool2d', x.shape, geometry);
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [tf.Tensor4D, tf.Tensor4D]) => void): [tf.Tensor4D] => {
      const result = maxPool2dKernels.active().forward(x, geometry);
      save([x, result]);
      return [result];
    },
    backward: ([dy], [savedX, savedOutput]) => ({
      x: () => maxPool2dKernels.active().gradient(dy, savedX, savedOutput, geometry),
    }),
  });
  return output;
}
