import type * as tf from '@tensorflow/tfjs-core';

import {
  checkPool,
  checkRank,
  type AveragePoolGeometry,
  type PoolGeometry,
  type Shape4D,
} from '../geometry.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

export interface Pool2dOptions {
  readonly kernelSize: number;
  /** `kernelSize` unless given, as in torch. */
  readonly stride?: number;
  readonly padding?: number;
}

export interface AvgPool2dOptions extends Pool2dOptions {
  /** Keep a last window that hangs over the edge. */
  readonly ceilMode?: boolean;
  /** Let padded zeros count in the divisor; true unless given, as in torch. */
  readonly countIncludePad?: boolean;
}

/**
 * The largest of each window of x `[N, H, W, C]`; padding never wins, whatever the sign of x
 * (torch's `max_pool2d`). The gradient goes to the window's first maximum.
 *
 * @throws KernelError if a window does not fit or padding exceeds half of it
 */
export function maxPool2d(x: tf.Tensor4D, options: Pool2dOptions): tf.Tensor4D {
  const { kernelSize, stride = kernelSize, padding = 0 } = options;
  const geometry: PoolGeometry = { kernelSize, stride, padding };
  checkPool('maxPool2d', x.shape, geometry);
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [tf.Tensor4D, tf.Tensor4D]) => void): [tf.Tensor4D] => {
      const result = primitives().maxPool2d(x, geometry);
      save([x, result]);
      return [result];
    },
    backward: ([dy], [savedX, savedOutput]) => {
      return { x: () => primitives().maxPool2dGradient(dy, savedX, savedOutput, geometry) };
    },
  });
  return output;
}

/**
 * The mean of each window of x `[N, H, W, C]` (torch's `avg_pool2d`).
 *
 * @throws KernelError if a window does not fit or padding exceeds half of it
 */
export function avgPool2d(x: tf.Tensor4D, options: AvgPool2dOptions): tf.Tensor4D {
  const { kernelSize, stride = kernelSize, padding = 0 } = options;
  const { ceilMode = false, countIncludePad = true } = options;
  const geometry: AveragePoolGeometry = { kernelSize, stride, padding, ceilMode, countIncludePad };
  checkPool('avgPool2d', x.shape, geometry);
  const shape: Shape4D = x.shape;
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor4D] => [primitives().avgPool2d(x, geometry)],
    backward: ([dy]) => ({ x: () => primitives().avgPool2dGradient(dy, shape, geometry) }),
  });
  return output;
}

/** The mean of each channel: `[N, H, W, C]` to `[N, C]`. */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  checkRank('globalAveragePool', 'x', x.shape, 4);
  const shape: Shape4D = x.shape;
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor2D] => [primitives().globalAveragePool(x)],
    backward: ([dy]) => ({ x: () => primitives().globalAveragePoolGradient(dy, shape) }),
  });
  return output;
}
