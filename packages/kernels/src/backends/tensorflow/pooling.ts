import * as tf from '@tensorflow/tfjs-core';

import { composed } from '../reference/index.ts';
import type { AveragePoolGeometry, PoolGeometry } from '../../geometry.ts';
import type { Primitives } from '../../primitives.ts';
import { integer, integers, text, type } from './attributes.ts';
import { run, type Attribute } from './backend.ts';
import { vector } from './constants.ts';
import { float32, type Executor } from './executor.ts';
import { hasOwnOperations } from './own-operations.ts';
import { crop, isSame, pad } from './padding.ts';

/** The lowest float32: a padded pixel never wins. */
const lowest = -3.4028234663852886e38;

function attributes(
  { kernelSize, stride }: PoolGeometry,
  padding: 'SAME' | 'VALID',
  dtype: Executor['dtype'] = 'float32',
): Attribute[] {
  return [
    type('T', dtype),
    integers('ksize', [1, kernelSize, kernelSize, 1]),
    integers('strides', [1, stride, stride, 1]),
    text('padding', padding),
    text('data_format', 'NHWC'),
  ];
}

function ownAttributes(
  { dtype }: Executor,
  { kernelSize, stride, padding }: PoolGeometry,
): Attribute[] {
  return [
    type('T', dtype),
    integer('size', kernelSize),
    integer('stride', stride),
    integer('padding', padding),
  ];
}

/** TensorFlow's own padding leaves pixels outside out, as torch does. */
function paddingWord(x: tf.Tensor4D, geometry: PoolGeometry): 'SAME' | 'VALID' | undefined {
  if (geometry.padding === 0) return 'VALID';
  const window = { ...geometry, dilation: 1 };
  const same =
    isSame(x.shape[1], geometry.kernelSize, window) &&
    isSame(x.shape[2], geometry.kernelSize, window);
  return same ? 'SAME' : undefined;
}

type AvgPoolPrimitives = Pick<Primitives, 'avgPool2d' | 'avgPool2dGradient'>;

/** Where TensorFlow's windows are torch's; the gradient needs no image of zeros, as tfjs's does. */
export function avgPoolOn(on: Executor): AvgPoolPrimitives {
  const isPlain = ({ padding, ceilMode }: AveragePoolGeometry): boolean =>
    padding === 0 && !ceilMode;
  return {
    avgPool2d(x, geometry) {
      if (!isPlain(geometry)) return composed.avgPool2d(x, geometry);
      return on.run('AvgPool', attributes(geometry, 'VALID', on.dtype), [x]);
    },

    avgPool2dGradient(dy, inputShape, geometry) {
      if (!isPlain(geometry)) return composed.avgPool2dGradient(dy, inputShape, geometry);
      const settings = attributes(geometry, 'VALID', on.dtype);
      return on.run('AvgPoolGrad', settings, [vector(inputShape), dy]);
    },
  };
}

type MaxPoolPrimitives = Pick<Primitives, 'maxPool2d' | 'maxPool2dGradient'>;

/** Where only TensorFlow's own operations are, in float32 whatever the executor's arithmetic. */
export function maxPoolOn(on: Executor): MaxPoolPrimitives {
  return {
    maxPool2d(x, geometry) {
      if (hasOwnOperations()) return on.run('ResnetMaxPool', ownAttributes(on, geometry), [x]);
      const word = paddingWord(x, geometry);
      if (word !== undefined) return run('MaxPool', attributes(geometry, word), [x]);
      const padded = pad(x, geometry.padding, lowest);
      const output = run<tf.Tensor4D>('MaxPool', attributes(geometry, 'VALID'), [padded]);
      tf.dispose(padded);
      return output;
    },

    maxPool2dGradient(dy, x, output, geometry) {
      if (hasOwnOperations()) {
        return on.run('ResnetMaxPoolGrad', ownAttributes(on, geometry), [dy, x, output]);
      }
      const word = paddingWord(x, geometry);
      if (word !== undefined) {
        return run('MaxPoolGrad', attributes(geometry, word), [x, output, dy]);
      }
      const padded = pad(x, geometry.padding, lowest);
      const gradient = run<tf.Tensor4D>('MaxPoolGrad', attributes(geometry, 'VALID'), [
        padded,
        output,
        dy,
      ]);
      const cropped = crop(float32, gradient, geometry.padding, x.shape);
      tf.dispose([padded, gradient]);
      return cropped;
    },
  };
}
