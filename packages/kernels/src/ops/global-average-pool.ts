import * as tf from '@tensorflow/tfjs-core';

import { checkRank, type Shape4D } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';

/** What backends replace of `globalAveragePool`: x `[N, H, W, C]`, outputs `[N, C]`. */
export interface GlobalAveragePoolKernels {
  readonly forward: (x: tf.Tensor4D) => tf.Tensor2D;
  readonly gradient: (dy: tf.Tensor2D, inputShape: Shape4D) => tf.Tensor4D;
}

/** The kernels of `globalAveragePool`. */
export const globalAveragePoolKernels: KernelSet<GlobalAveragePoolKernels> =
  /* @__PURE__ */ new KernelSet<GlobalAveragePoolKernels>({
    forward: (x) => tf.mean(x, [1, 2]),
    gradient: (dy, [batch, height, width, channels]) =>
      tf.tidy(() =>
        tf.mul(
          tf.reshape(tf.div(dy, height * width), [batch, 1, 1, channels]),
          tf.ones([1, height, width, 1]),
        ),
      ),
  });

/**
 * The mean of each channel: x `[N, H, W, C]` to `[N, C]`. Differentiable in x. The caller owns the
 * result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when x has another rank
 */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  checkRank('globalAveragePool', 'x', x.shape, 4);
  const shape: Shape4D = x.shape;
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor2D] => [globalAveragePoolKernels.active().forward(x)],
    backward: ([dy]) => ({ x: () => globalAveragePoolKernels.active().gradient(dy, shape) }),
  });
  return output;
}
