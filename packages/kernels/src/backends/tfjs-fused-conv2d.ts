import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry } from '../geometry.ts';
import { addReluKernels } from '../ops/add-relu.ts';
import { fusedConv2dKernels, type ConvEpilogue } from '../ops/fused-conv2d.ts';

/** Of tfjs's: convolution, bias and activation in one pass; a page may be built without it. */
const kernelName = 'FusedConv2D';

/**
 * `fusedConv2d` by tfjs's own fused kernel, on backends whose kernel takes numeric padding (wasm and
 * webgpu). It knows no addend, so that is added, with the activation, in a second pass; and no
 * groups, nor strides and dilations together: for these, the reference implementation.
 */
export function forward(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: ConvGeometry,
  epilogue: ConvEpilogue,
): tf.Tensor4D {
  const { stride, padding, dilation, groups } = geometry;
  const { bias, addend, activation } = epilogue;
  const isBeyond = groups > 1 || (stride > 1 && dilation > 1);
  if (isBeyond || (tf.getKernel(kernelName, tf.getBackend()) as unknown) === undefined) {
    return fusedConv2dKernels.reference.forward(x, filter, geometry, epilogue);
  }
  return tf.tidy(() => {
    const edge = [padding, padding];
    const y = tf
      .engine()
      .runKernel<tf.Tensor4D>(
        kernelName,
        bias === undefined ? { x, filter } : { x, filter, bias },
        {
          strides: [stride, stride],
          pad: [[0, 0], edge, edge, [0, 0]],
          dataFormat: 'NHWC',
          dilations: [dilation, dilation],
          activation: activation === 'relu' && addend === undefined ? 'relu' : 'linear',
        },
      );
    if (addend === undefined) return y;
    return activation === 'relu'
      ? addReluKernels.active().forward(y, addend)
      : tf.add<tf.Tensor4D>(y, addend);
  });
}
