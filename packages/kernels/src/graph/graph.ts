import type * as tf from '@tensorflow/tfjs-core';

import type { AveragePoolGeometry, ConvGeometry, PoolGeometry } from '../geometry.ts';
import type { Activation } from '../primitives.ts';

/**
 * A net in inference as data: operations on tensors that do not change, each taking earlier values.
 * A backend may run it as it is written, one operation after the other, or see it whole and make
 * something faster of it (`compile`).
 */
export interface Graph {
  /** Value 0 is the input, value i + 1 what `nodes[i]` gives; the last is the output. */
  readonly nodes: readonly GraphNode[];
}

export interface GraphNode {
  readonly op: GraphOp;
  /** Which values it takes, in the order that its operation names them. */
  readonly inputs: readonly number[];
}

export type GraphOp =
  | FusedConvOp
  | BatchNormOp
  | LinearOp
  | ({ readonly type: 'maxPool' } & PoolGeometry)
  | ({ readonly type: 'avgPool' } & AveragePoolGeometry)
  | { readonly type: 'relu' | 'sigmoid' }
  /** Of two values of one shape. */
  | { readonly type: 'add' | 'addRelu' | 'multiply' }
  /** `[N, H, W, C]` times `[N, C]`. */
  | { readonly type: 'multiplyChannels' }
  /** factor x + shift. */
  | { readonly type: 'affine'; readonly factor: number; readonly shift: number }
  /** `[N, H, W, C]` to `[N, C]`. */
  | { readonly type: 'globalAveragePool' | 'globalMaxPool' }
  /** Two `[N, C]` side by side. */
  | { readonly type: 'concat' }
  /** Zero channels before and after a map's own. */
  | { readonly type: 'padChannels'; readonly before: number; readonly after: number }
  /** `count` rows of zeros below a map, and as many columns on its right. */
  | { readonly type: 'padEnd'; readonly count: number };

/** `activation(conv(x) + bias + addend)`; a second input is the addend, of the output's shape. */
export interface FusedConvOp extends ConvGeometry {
  readonly type: 'conv2d';
  /** `[kh, kw, Ci / groups, Co]` */
  readonly filter: tf.Tensor4D;
  /** `[Co]` */
  readonly bias: tf.Tensor1D | undefined;
  readonly activation: Activation;
}

/** By given statistics: what no convolution could take up. */
export interface BatchNormOp {
  readonly type: 'batchNorm';
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
  readonly epsilon: number;
  readonly activation: Activation;
}

export interface LinearOp {
  readonly type: 'linear';
  /** `[in, out]` */
  readonly weight: tf.Tensor2D;
  readonly bias: tf.Tensor1D | undefined;
}

/** The tensors that an operation holds: a convolution's filter and bias, a norm's statistics. */
export function tensorsOf(op: GraphOp): readonly tf.Tensor[] {
  switch (op.type) {
    case 'conv2d':
      return op.bias === undefined ? [op.filter] : [op.filter, op.bias];
    case 'linear':
      return op.bias === undefined ? [op.weight] : [op.weight, op.bias];
    case 'batchNorm':
      return [op.scale, op.offset, op.mean, op.variance];
    default:
      return [];
  }
}
