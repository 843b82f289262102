import * as tf from '@tensorflow/tfjs-core';

import { poolOutputSize, type AveragePoolGeometry, type Shape4D } from '../../geometry.ts';
import { averageDivisors } from './average-divisors.ts';

/**
 * Zeros around the image, as many as whole windows need: tfjs then divides by the full window,
 * and `averageDivisors` puts right what torch divides by something else.
 */
function paddedSizes([, height, width]: Shape4D, geometry: AveragePoolGeometry): [number, number] {
  const { kernelSize, stride } = geometry;
  return [
    (poolOutputSize(height, geometry) - 1) * stride + kernelSize,
    (poolOutputSize(width, geometry) - 1) * stride + kernelSize,
  ];
}

/** The mean of each window, of an image that is padded to whole windows first. */
export function avgPool2d(x: tf.Tensor4D, geometry: AveragePoolGeometry): tf.Tensor4D {
  const { kernelSize, stride, padding } = geometry;
  return tf.tidy(() => {
    const [height, width] = paddedSizes(x.shape, geometry);
    const bottom = Math.max(0, height - padding - x.shape[1]);
    const right = Math.max(0, width - padding - x.shape[2]);
    const padded =
      padding + bottom + right === 0
        ? x
        : tf.pad(x, [
            [0, 0],
            [padding, bottom],
            [padding, right],
            [0, 0],
          ]);
    const pooled = tf.avgPool(padded, kernelSize, stride, 'valid');
    const correction = averageDivisors(x.shape, geometry);
    return correction === undefined ? pooled : tf.mul(pooled, correction);
  });
}

/** The gradient of {@link avgPool2d} by its input. */
export function avgPool2dGradient(
  dy: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: AveragePoolGeometry,
): tf.Tensor4D {
  const { kernelSize, stride, padding } = geometry;
  const [batch, height, width, channels] = inputShape;
  return tf.tidy(() => {
    const correction = averageDivisors(inputShape, geometry);
    const corrected = correction === undefined ? dy : tf.mul(dy, correction);
    const [paddedHeight, paddedWidth] = paddedSizes(inputShape, geometry);
    const fullHeight = Math.max(paddedHeight, height + padding);
    const fullWidth = Math.max(paddedWidth, width + padding);
    const gradient = tf.engine().runKernel<tf.Tensor4D>(
      'AvgPoolGrad',
      // Only the shape of the input matters.
      { dy: corrected, input: tf.zeros([batch, fullHeight, fullWidth, channels]) },
      { filterSize: kernelSize, strides: stride, pad: 'valid' },
    );
    return fullHeight === height && fullWidth === width
      ? gradient
      : tf.slice(gradient, [0, padding, padding, 0], [batch, height, width, channels]);
  });
}
