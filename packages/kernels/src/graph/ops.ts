import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../activation.ts';
import type { AveragePoolGeometry, ConvGeometry, PoolGeometry } from '../geometry.ts';

/**
 * The ops of a graph: the one vocabulary in which networks are built, fused, compiled and exported.
 * Parameters are in `weights`, in the order that state dicts have; `Weight` is what stands for one.
 */
export type GraphOp<Weight = tf.Tensor> =
  | Conv2dOp<Weight>
  | BatchNormOp<Weight>
  | LinearOp<Weight>
  | ({ readonly type: 'maxPool' } & PoolGeometry)
  | ({ readonly type: 'avgPool' } & AveragePoolGeometry)
  /** `[N, H, W, C]` to `[N, C]`. */
  | { readonly type: 'globalAveragePool' }
  | { readonly type: 'globalMaxPool' }
  /** Two `[N, C]` side by side. */
  | { readonly type: 'concat' }
  | { readonly type: 'relu' }
  | { readonly type: 'sigmoid' }
  /** Of two values of one shape; `addRelu` is `max(a + b, 0)`. */
  | { readonly type: 'add' }
  | { readonly type: 'addRelu' }
  | { readonly type: 'multiply' }
  /** `[N, H, W, C]` times `[N, C]`. */
  | { readonly type: 'multiplyChannels' }
  /** factor x + shift. */
  | { readonly type: 'affine'; readonly factor: number; readonly shift: number }
  /** Zero channels before and after a map's own. */
  | { readonly type: 'padChannels'; readonly before: number; readonly after: number }
  /** `count` rows of zeros below a map, and as many columns on its right. */
  | { readonly type: 'padEnd'; readonly count: number };

/** The op of one type. */
export type OpOfType<Type extends GraphOp['type'], Weight = tf.Tensor> = Extract<
  GraphOp<Weight>,
  { readonly type: Type }
>;

/** `activation(conv(x) + bias + addend)`; a second input is the addend, of the output's shape. */
export interface Conv2dOp<Weight = tf.Tensor> extends ConvGeometry {
  readonly type: 'conv2d';
  readonly activation: Activation;
  readonly weights: {
    /** As a tensor `[kh, kw, Ci / groups, Co]`. */
    readonly filter: Weight;
    /** `[Co]` */
    readonly bias?: Weight | undefined;
  };
}

/** Batch norm, each vector `[C]`. In a graph that is compiled it normalises by mean and variance. */
export interface BatchNormOp<Weight = tf.Tensor> {
  readonly type: 'batchNorm';
  /** Added to the variance under the root. */
  readonly epsilon: number;
  readonly activation: Activation;
  readonly weights: {
    readonly scale: Weight;
    readonly offset: Weight;
    readonly mean: Weight;
    readonly variance: Weight;
  };
}

/** `x weight + bias` of `[N, in]`. */
export interface LinearOp<Weight = tf.Tensor> {
  readonly type: 'linear';
  readonly weights: {
    /** As a tensor `[in, out]`. */
    readonly weight: Weight;
    /** `[out]` */
    readonly bias?: Weight | undefined;
  };
}

/** The weights that an op holds: a convolution's filter and bias, a batch norm's four vectors. */
export function weightsOf<Weight>(op: GraphOp<Weight>): readonly Weight[] {
  if (!('weights' in op)) return [];
  return Object.values<Weight | undefined>(op.weights).filter((weight) => weight !== undefined);
}

/** The same op with something else for each of its weights. */
export function mapWeights<From, To>(op: GraphOp<From>, to: (weight: From) => To): GraphOp<To> {
  if (!('weights' in op)) return op;
  const weights = Object.entries<From | undefined>(op.weights).flatMap(([name, weight]) =>
    weight === undefined ? [] : [[name, to(weight)] as const],
  );
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the names are the same
  return { ...op, weights: Object.fromEntries(weights) } as unknown as GraphOp<To>;
}
