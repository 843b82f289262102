import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../activation.ts';
import { checkConv, checkShape, convOutputShape, type ConvGeometry } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { addReluKernels } from './add-relu.ts';
import { conv2dKernels, convGeometry, type Conv2dOptions } from './conv2d.ts';
import { reluKernels } from './relu.ts';

/** A convolution's, and what follows it in the same pass. */
export interface FusedConv2dOptions extends Conv2dOptions {
  /** `[Co]` */
  readonly bias?: tf.Tensor1D | undefined;
  /** Of the output's shape: the other path of a residual block. */
  readonly addend?: tf.Tensor4D | undefined;
  /** Default `'none'`. */
  readonly activation?: Activation;
}

/** What follows a convolution: `activation(y + bias + addend)`. */
export interface ConvEpilogue {
  /** `[Co]` */
  readonly bias: tf.Tensor1D | undefined;
  /** Of the output's shape. */
  readonly addend: tf.Tensor4D | undefined;
  readonly activation: Activation;
}

/** What backends replace of `fusedConv2d`: shapes as `Conv2dKernels` has them. */
export interface FusedConv2dKernels {
  readonly forward: (
    x: tf.Tensor4D,
    filter: tf.Tensor4D,
    geometry: ConvGeometry,
    epilogue: ConvEpilogue,
  ) => tf.Tensor4D;
}

/** The kernels of `fusedConv2d`. */
export const fusedConv2dKernels: KernelSet<FusedConv2dKernels> =
  /* @__PURE__ */ new KernelSet<FusedConv2dKernels>({ forward });

/** One after the other, each by what the backend has. */
function forward(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: ConvGeometry,
  { bias, addend, activation }: ConvEpilogue,
): tf.Tensor4D {
  return tf.tidy(() => {
    let y = conv2dKernels.active().forward(x, filter, geometry);
    if (bias !== undefined) y = tf.add<tf.Tensor4D>(y, bias);
    if (addend !== undefined) {
      return activation === 'relu'
        ? addReluKernels.active().forward(y, addend)
        : tf.add<tf.Tensor4D>(y, addend);
    }
    return activation === 'relu' ? reluKernels.active().forward(y) : y;
  });
}

/**
 * `activation(conv2d(x, filter) + bias + addend)`, in one pass over memory where the backend has
 * one: x `[N, H, W, Ci]`, filter `[kh, kw, Ci / groups, Co]`, result `[N, Ho, Wo, Co]`, which the
 * caller owns. For inference: gradients do not flow through.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes do not fit each other, OPTION_INVALID when an
 *   option is not a whole number
 */
export function fusedConv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: FusedConv2dOptions = {},
): tf.Tensor4D {
  const { bias, addend, activation = 'none' } = options;
  const geometry = convGeometry(options);
  checkConv('fusedConv2d', x.shape, filter.shape, geometry);
  if (bias !== undefined) checkShape('fusedConv2d', 'bias', bias.shape, [filter.shape[3]]);
  if (addend !== undefined) {
    const shape = convOutputShape(x.shape, filter.shape, geometry);
    checkShape('fusedConv2d', 'addend', addend.shape, shape);
  }
  return fusedConv2dKernels.active().forward(x, filter, geometry, { bias, addend, activation });
}
