import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../../geometry.ts';
import type { Conv2dKernels } from '../../../ops/conv2d-kernels.ts';
import { flag, integers, text, type } from '../attributes.ts';
import type { Attribute } from '../backend.ts';
import { vector } from '../constants.ts';
import type { Dtype, Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { sumsInFloat32 } from './sums-in-float32.ts';
import { filterGradientOfPatches, isTiny } from './conv2d-filter-gradient-of-patches.ts';
import { crop, isSame, padZeros } from './padding.ts';

// oneDNN's fast paths take `SAME` and `VALID`. `EXPLICIT` padding is accepted, but its input
// gradient ran 5 to 20 times slower; a padded copy of the image costs next to nothing beside that.

function attributes(
  dtype: Dtype,
  { stride, dilation }: ConvGeometry,
  padding: 'SAME' | 'VALID',
): Attribute[] {
  return [
    type('T', dtype),
    integers('strides', [1, stride, stride, 1]),
    text('padding', padding),
    text('data_format', 'NHWC'),
    flag('use_cudnn_on_gpu', true),
    integers('dilations', [1, dilation, dilation, 1]),
  ];
}

/** TensorFlow's name for the padding; undefined where the image must be padded beforehand. */
function paddingName(
  [, height, width]: Shape4D,
  [kh, kw]: readonly number[],
  geometry: ConvGeometry,
): 'SAME' | 'VALID' | undefined {
  if (geometry.padding === 0) return 'VALID';
  return isSame(height, kh!, geometry) && isSame(width, kw!, geometry) ? 'SAME' : undefined;
}

function paddedShape([batch, height, width, channels]: Shape4D, padding: number): Shape4D {
  return [batch, height + 2 * padding, width + 2 * padding, channels];
}

/**
 * TensorFlow's convolutions: by oneDNN on CPUs, by cuDNN on GPUs. Gradients are without dilation. In
 * bfloat16 only where its sums are float32.
 */
export function createConv2d(executor: Executor): Implementation<Conv2dKernels> {
  const { dtype, run } = executor;
  const isSupported = (): boolean => dtype === 'float32' || sumsInFloat32();
  return {
    forward: {
      isSupported,
      run(x, filter, geometry) {
        const name = paddingName(x.shape, filter.shape, geometry);
        const settings = attributes(dtype, geometry, name ?? 'VALID');
        if (name !== undefined) return run('Conv2D', settings, [x, filter]);
        const padded = padZeros(executor, x, geometry.padding);
        const output = run<tf.Tensor4D>('Conv2D', settings, [padded, filter]);
        tf.dispose(padded);
        return output;
      },
    },

    inputGradient: {
      isSupported,
      run(dy, filter, inputShape, geometry) {
        const name = paddingName(inputShape, filter.shape, geometry);
        const shape = name === undefined ? paddedShape(inputShape, geometry.padding) : inputShape;
        const gradient = run<tf.Tensor4D>(
          'Conv2DBackpropInput',
          attributes(dtype, geometry, name ?? 'VALID'),
          [vector(shape), filter, dy],
        );
        if (name !== undefined) return gradient;
        const cropped = crop(executor, gradient, geometry.padding, inputShape);
        tf.dispose(gradient);
        return cropped;
      },
    },

    filterGradient: {
      isSupported,
      run(x, dy, filterShape, geometry) {
        const name = paddingName(x.shape, filterShape, geometry);
        const image = name === undefined ? padZeros(executor, x, geometry.padding) : x;
        const padding = name ?? 'VALID';
        const gradient =
          geometry.groups === 1 && isTiny(dy.shape, filterShape)
            ? filterGradientOfPatches(executor, image, dy, filterShape, geometry.stride, padding)
            : run<tf.Tensor4D>('Conv2DBackpropFilter', attributes(dtype, geometry, padding), [
                image,
                vector(filterShape),
                dy,
              ]);
        if (image !== x) tf.dispose(image);
        return gradient;
      },
    },
  };
}
