import * as tf from '@tensorflow/tfjs-core';

import { KernelSet } from '../kernel-set.ts';

/** An average and what it moves towards, of one shape. */
export interface MovingAverage {
  /** Updated in place. */
  readonly average: tf.Variable;
  /** Only read. */
  readonly value: tf.Tensor;
}

/** What backends replace of `movingAverageUpdate`. */
export interface MovingAverageKernels {
  readonly update: (pairs: readonly MovingAverage[], weight: number) => void;
}

/** The kernels of `movingAverageUpdate`. */
export const movingAverageKernels: KernelSet<MovingAverageKernels> =
  /* @__PURE__ */ new KernelSet<MovingAverageKernels>({
    update(pairs, weight) {
      for (const { average, value } of pairs) {
        tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(value, average), weight))));
      }
    },
  });

/**
 * `average += weight * (value - average)`: running statistics of batch norm, moving averages of
 * weights. Values stay the caller's. Makes no tensors that outlive the call.
 */
export function movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void {
  movingAverageKernels.active().update(pairs, weight);
}
