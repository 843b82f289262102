import * as tf from '@tensorflow/tfjs-core';

import { KernelSet } from '../kernel-set.ts';

/** What all parameters of an SGD step share. */
export interface SgdSettings {
  readonly learningRate: number;
  /** In [0, 1). */
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** One parameter of an SGD step. */
export interface SgdParameter {
  /** Updated in place. */
  readonly parameter: tf.Variable;
  /** Of the parameter's shape; only read. */
  readonly gradient: tf.Tensor;
  /** Updated in place: zeros before the first step, absent where `momentum` is 0. */
  readonly momentumBuffer?: tf.Variable | undefined;
  /** L2 penalty added to the gradient, as torch's SGD has it. */
  readonly weightDecay: number;
}

/** What backends replace of `sgdUpdate`. */
export interface SgdKernels {
  readonly update: (parameters: readonly SgdParameter[], settings: SgdSettings) => void;
}

/** The kernels of `sgdUpdate`. */
export const sgdKernels: KernelSet<SgdKernels> = /* @__PURE__ */ new KernelSet<SgdKernels>({
  update(parameters, { learningRate, momentum, nesterov }) {
    for (const { parameter, gradient, momentumBuffer, weightDecay } of parameters) {
      tf.tidy(() => {
        const decayed =
          weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay));
        let direction = decayed;
        if (momentumBuffer !== undefined) {
          const next = tf.add(tf.mul(momentumBuffer, momentum), decayed);
          direction = nesterov ? tf.add(decayed, tf.mul(next, momentum)) : next;
          momentumBuffer.assign(next);
        }
        parameter.assign(tf.sub(parameter, tf.mul(direction, learningRate)));
      });
    }
  },
});

/**
 * A step of torch.optim.SGD without dampening, for all parameters at once:
 * `g += weightDecay * p; m = momentum * m + g; p -= learningRate * (nesterov ? g + momentum * m : m)`.
 * Gradients stay the caller's. Makes no tensors that outlive the call.
 */
export function sgdUpdate(parameters: readonly SgdParameter[], settings: SgdSettings): void {
  sgdKernels.active().update(parameters, settings);
}
