import type * as tf from '@tensorflow/tfjs-core';

import * as reference from '../backends/reference/avg-pool2d.ts';
import { checkPool, type AveragePoolGeometry, type Shape4D } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';
import type { Pool2dOptions } from './max-pool2d.ts';

/** Those of any pool, and what an average counts. */
export interface AvgPool2dOptions extends Pool2dOptions {
  /** Keep a last window that hangs over the edge. Default false. */
  readonly ceilMode?: boolean;
  /** Let padded zeros count in the divisor. Default true, as in torch. */
  readonly countIncludePad?: boolean;
}

/** What backends replace of `avgPool2d`: x `[N, H, W, C]`, outputs `[N, Ho, Wo, C]`. */
export interface AvgPool2dKernels {
  readonly forward: (x: tf.Tensor4D, geometry: AveragePoolGeometry) => tf.Tensor4D;
  readonly gradient: (
    dy: tf.Tensor4D,
    inputShape: Shape4D,
    geometry: AveragePoolGeometry,
  ) => tf.Tensor4D;
}

/** The kernels of `avgPool2d`. */
export const avgPool2dKernels: KernelSet<AvgPool2dKernels> =
  /* @__PURE__ */ new KernelSet<AvgPool2dKernels>({
    forward: reference.avgPool2d,
    gradient: reference.avgPool2dGradient,
  });

/**
 * The mean of each window of x `[N, H, W, C]` (torch's `avg_pool2d`). Differentiable in x. The
 * caller owns the result `[N, Ho, Wo, C]`.
 *
 * @throws {KernelError} SHAPE_MISMATCH when a window does not fit, OPTION_INVALID when padding exceeds
 *   half of it or an option is not a whole number
 */
export function avgPool2d(x: tf.Tensor4D, options: AvgPool2dOptions): tf.Tensor4D {
  const { kernelSize, stride = kernelSize, padding = 0 } = options;
  const { ceilMode = false, countIncludePad = true } = options;
  const geometry: AveragePoolGeometry = { kernelSize, stride, padding, ceilMode, countIncludePad };
  checkPool('avgPool2d', x.shape, geometry);
  const shape: Shape4D = x.shape;
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor4D] => [avgPool2dKernels.active().forward(x, geometry)],
    backward: ([dy]) => ({ x: () => avgPool2dKernels.active().gradient(dy, shape, geometry) }),
  });
  return output;
}
