import type * as tf from '@tensorflow/tfjs-core';

import { checkConv, checkShape, convOutputShape, type ConvGeometry } from '../geometry.ts';
import type { Activation } from '../activation.ts';
import { primitives } from '../registry.ts';
import type { Conv2dOptions } from './conv2d.ts';

export interface FusedConv2dOptions extends Conv2dOptions {
  /** `[Co]` */
  readonly bias?: tf.Tensor1D | undefined;
  /** Of the output's shape: the other path of a residual block. */
  readonly addend?: tf.Tensor4D | undefined;
  /** `'none'` unless given. */
  readonly activation?: Activation;
}

/**
 * `activation(conv2d(x, filter) + bias + addend)`, in one pass over memory where the backend has
 * one. For inference: gradients do not flow through.
 *
 * @throws KernelError as `conv2d` does, or if bias or addend do not fit the output
 */
export function fusedConv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  options: FusedConv2dOptions = {},
): tf.Tensor4D {
  const { stride = 1, padding = 0, dilation = 1, groups = 1 } = options;
  const { bias, addend, activation = 'none' } = options;
  const geometry: ConvGeometry = { stride, padding, dilation, groups };
  checkConv('fusedConv2d', x.shape, filter.shape, geometry);
  if (bias !== undefined) checkShape('fusedConv2d', 'bias', bias.shape, [filter.shape[3]]);
  if (addend !== undefined) {
    const shape = convOutputShape(x.shape, filter.shape, geometry);
    checkShape('fusedConv2d', 'addend', addend.shape, shape);
  }
  return primitives().fusedConv2d(x, filter, geometry, { bias, addend, activation });
}
