import type * as tf from '@tensorflow/tfjs-core';

import type { Shape4D } from '../../geometry.ts';
import { simd } from './simd.ts';

/** `GlobalAveragePoolKernels.forward` by a SIMD kernel. */
export function forward(x: tf.Tensor4D): tf.Tensor2D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = x.shape;
  const y = allocate<tf.Tensor2D>([batch, channels]);
  const scratch = allocate<tf.Tensor1D>([2 * channels]);
  kernels.globalAveragePool(
    address(x),
    address(y),
    address(scratch),
    batch,
    height * width,
    channels,
  );
  scratch.dispose();
  return y;
}

/** `GlobalAveragePoolKernels.gradient` by a SIMD kernel. */
export function gradient(dy: tf.Tensor2D, inputShape: Shape4D): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const [batch, height, width, channels] = inputShape;
  const pixels = height * width;
  const dx = allocate<tf.Tensor4D>([...inputShape]);
  kernels.globalAveragePoolGradient(address(dy), address(dx), batch, pixels, channels, 1 / pixels);
  return dx;
}
