import * as tf from '@tensorflow/tfjs-core';

import { KernelSet } from '../kernel-set.ts';

/** What all parameters of an AdamW step share. */
export interface AdamwSettings {
  readonly learningRate: number;
  /** In [0, 1). */
  readonly beta1: number;
  /** In [0, 1). */
  readonly beta2: number;
  /** Added to the root of the corrected second moment. */
  readonly epsilon: number;
  /** The number of this step: 1 in the first. */
  readonly step: number;
}

/** One parameter of an AdamW step. */
export interface AdamwParameter {
  /** Updated in place. */
  readonly parameter: tf.Variable;
  /** Of the parameter's shape; only read. */
  readonly gradient: tf.Tensor;
  /** Average of the gradients, updated in place: zeros before the first step. */
  readonly expAvg: tf.Variable;
  /** Average of their squares, updated in place: zeros before the first step. */
  readonly expAvgSq: tf.Variable;
  /** Decoupled: the parameter shrinks by `learningRate * weightDecay`. */
  readonly weightDecay: number;
}

/** What backends replace of `adamwUpdate`. */
export interface AdamwKernels {
  readonly update: (parameters: readonly AdamwParameter[], settings: AdamwSettings) => void;
}

/** The bias corrections of a step: torch divides by both, the second under the root. */
export function biasCorrections({ learningRate, beta1, beta2, step }: AdamwSettings): {
  readonly stepSize: number;
  readonly correction2Sqrt: number;
} {
  return {
    stepSize: learningRate / (1 - beta1 ** step),
    correction2Sqrt: Math.sqrt(1 - beta2 ** step),
  };
}

/** The kernels of `adamwUpdate`. */
export const adamwKernels: KernelSet<AdamwKernels> = /* @__PURE__ */ new KernelSet<AdamwKernels>({
  update(parameters, settings) {
    const { learningRate, beta1, beta2, epsilon } = settings;
    const { stepSize, correction2Sqrt } = biasCorrections(settings);
    for (const { parameter, gradient, expAvg, expAvgSq, weightDecay } of parameters) {
      tf.tidy(() => {
        const average = tf.add(tf.mul(expAvg, beta1), tf.mul(gradient, 1 - beta1));
        const square = tf.add(tf.mul(expAvgSq, beta2), tf.mul(tf.square(gradient), 1 - beta2));
        const denominator = tf.add(tf.div(tf.sqrt(square), correction2Sqrt), epsilon);
        const shrunk = tf.mul(parameter, 1 - learningRate * weightDecay);
        expAvg.assign(average);
        expAvgSq.assign(square);
        parameter.assign(tf.sub(shrunk, tf.mul(tf.div(average, denominator), stepSize)));
      });
    }
  },
});

/**
 * A step of torch.optim.AdamW (Loshchilov and Hutter, arXiv 1711.05101), for all parameters at once.
 * Gradients stay the caller's. Makes no tensors that outlive the call.
 */
export function adamwUpdate(parameters: readonly AdamwParameter[], settings: AdamwSettings): void {
  adamwKernels.active().update(parameters, settings);
}
