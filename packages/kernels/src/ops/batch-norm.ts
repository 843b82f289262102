// What batch norm in training and in inference have in common.

import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../activation.ts';
import { checkRank, checkShape } from '../geometry.ts';

/** How a batch norm normalises, and what follows it. */
export interface BatchNormOptions {
  /** Added to the variance before the root is taken; 1e-5 in torch. */
  readonly epsilon: number;
  /**
   * `'relu'` applies it in the same pass, which saves a pass over memory and an activation that is
   * saved for backward. Default `'none'`.
   */
  readonly activation?: Activation;
}

/** {@link BatchNormOptions} with their defaults. */
export type BatchNormSettings = Required<BatchNormOptions>;

/** By x `[N, H, W, C]`, scale `[C]` and offset `[C]`. */
export interface BatchNormGradients {
  readonly x: tf.Tensor4D;
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
}

/** The axes that a channel's statistics are taken over. */
export const exceptChannels: number[] = [0, 1, 2];

/** @throws {KernelError} SHAPE_MISMATCH unless x is `[N, H, W, C]` and each of `tensors` `[C]` */
export function checkChannels(
  operation: string,
  x: tf.Tensor4D,
  tensors: Readonly<Record<string, tf.Tensor>>,
): void {
  checkRank(operation, 'x', x.shape, 4);
  for (const [name, tensor] of Object.entries(tensors)) {
    checkShape(operation, name, tensor.shape, [x.shape[3]]);
  }
}

/** Of the reference implementations: what follows the normalisation. */
export function activate(x: tf.Tensor4D, activation: Activation): tf.Tensor4D {
  return activation === 'relu' ? tf.relu(x) : x;
}

/** The gradient before the activation; `output` is the forward pass's, given with ReLU. */
export function activationGradient(
  dy: tf.Tensor4D,
  output: tf.Tensor4D | undefined,
  activation: Activation,
): tf.Tensor4D {
  return activation === 'relu' ? tf.mul(dy, tf.step(output!)) : dy;
}
