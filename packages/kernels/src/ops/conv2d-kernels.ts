import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../geometry.ts';

/** What backends replace of `conv2d`. x is `[N, H, W, Ci]`, filters are `[kh, kw, Ci / groups, Co]`, outputs `[N, Ho, Wo, Co]`. */
export interface Conv2dKernels {
  readonly forward: (x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry) => tf.Tensor4D;
  /** The gradient by x, from the output's gradient and x's shape. */
  readonly inputGradient: (
    dy: tf.Tensor4D,
    filter: tf.Tensor4D,
    inputShape: Shape4D,
    geometry: ConvGeometry,
  ) => tf.Tensor4D;
  /** The gradient by the filter, from the output's gradient and the filter's shape. */
  readonly filterGradient: (
    x: tf.Tensor4D,
    dy: tf.Tensor4D,
    filterShape: Shape4D,
    geometry: ConvGeometry,
  ) => tf.Tensor4D;
}
