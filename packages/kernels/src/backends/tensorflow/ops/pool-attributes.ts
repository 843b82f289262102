import type * as tf from '@tensorflow/tfjs-core';

import type { PoolGeometry } from '../../../geometry.ts';
import { integers, text, type } from '../attributes.ts';
import type { Attribute } from '../backend.ts';
import type { Dtype } from '../executor.ts';
import { isSame } from './padding.ts';

/** What TensorFlow's pools take. */
export function poolAttributes(
  { kernelSize, stride }: PoolGeometry,
  padding: 'SAME' | 'VALID',
  dtype: Dtype = 'float32',
): Attribute[] {
  return [
    type('T', dtype),
    integers('ksize', [1, kernelSize, kernelSize, 1]),
    integers('strides', [1, stride, stride, 1]),
    text('padding', padding),
    text('data_format', 'NHWC'),
  ];
}

/**
 * Which of TensorFlow's paddings is the geometry's, undefined where none is. It leaves pixels outside
 * of the image out, as torch does.
 */
export function poolPadding(x: tf.Tensor4D, geometry: PoolGeometry): 'SAME' | 'VALID' | undefined {
  if (geometry.padding === 0) return 'VALID';
  const window = { ...geometry, dilation: 1 };
  const same =
    isSame(x.shape[1], geometry.kernelSize, window) &&
    isSame(x.shape[2], geometry.kernelSize, window);
  return same ? 'SAME' : undefined;
}
