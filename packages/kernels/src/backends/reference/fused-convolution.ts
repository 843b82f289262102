import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry } from '../../geometry.ts';
import type { ConvEpilogue } from '../../primitives.ts';
import { primitives } from '../../registry.ts';

/** The parts one after the other, each by what the backend has. */
export function fusedConv2d(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  geometry: ConvGeometry,
  { bias, addend, activation }: ConvEpilogue,
): tf.Tensor4D {
  const ops = primitives();
  return tf.tidy(() => {
    let y = ops.conv2d(x, filter, geometry);
    if (bias !== undefined) y = tf.add<tf.Tensor4D>(y, bias);
    if (addend !== undefined) {
      return activation === 'relu' ? ops.addRelu(y, addend) : tf.add<tf.Tensor4D>(y, addend);
    }
    return activation === 'relu' ? ops.relu(y) : y;
  });
}
