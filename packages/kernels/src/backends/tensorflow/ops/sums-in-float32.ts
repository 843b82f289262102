import * as tf from '@tensorflow/tfjs-core';

import { flag, integers, text, type } from '../attributes.ts';
import { bfloat16 } from '../bfloat16.ts';
import { vector } from '../constants.ts';
import { perBackend } from '../per-backend.ts';

/**
 * Whether TensorFlow adds the products of a bfloat16 convolution, and of its gradients, in float32.
 * On CPUs without bfloat16 instructions its fallback rounds partial sums to bfloat16: a sum of ones
 * then ends below 1024, as adding 1 to 256 no longer changes 8 bits.
 */
export const sumsInFloat32: () => boolean = perBackend(() => {
  const count = 1024;
  const attributes = [
    type('T', 'bfloat16'),
    integers('strides', [1, 1, 1, 1]),
    text('padding', 'VALID'),
    text('data_format', 'NHWC'),
    flag('use_cudnn_on_gpu', true),
    integers('dilations', [1, 1, 1, 1]),
  ];
  const ones = (...shape: number[]): tf.Tensor => tf.ones(shape);
  // Each makes every element a sum of `count` ones: over input channels, output channels, pixels.
  return tf.tidy(() =>
    [
      bfloat16.run('Conv2D', attributes, [ones(1, 2, 2, count), ones(1, 1, count, 16)]),
      bfloat16.run('Conv2DBackpropInput', attributes, [
        vector([1, 2, 2, 16]),
        ones(1, 1, 16, count),
        ones(1, 2, 2, count),
      ]),
      bfloat16.run('Conv2DBackpropFilter', attributes, [
        ones(1, 32, 32, 16),
        vector([1, 1, 16, 16]),
        ones(1, 32, 32, 16),
      ]),
    ].every((sums) => sums.dataSync<'float32'>().every((sum) => sum === count)),
  );
});
