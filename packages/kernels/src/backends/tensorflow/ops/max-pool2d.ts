import * as tf from '@tensorflow/tfjs-core';

import type { MaxPool2dKernels } from '../../../ops/max-pool2d.ts';
import { run } from '../backend.ts';
import { float32 } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { crop, pad } from './padding.ts';
import { poolAttributes, poolPadding } from './pool-attributes.ts';

/** The lowest float32: a padded pixel never wins. */
const lowest = -3.4028234663852886e38;

/** In float32, whatever dtype the rest is in. */
export const maxPool2d: Implementation<MaxPool2dKernels> = {
  forward: {
    run(x, geometry) {
      const padding = poolPadding(x, geometry);
      if (padding !== undefined) return run('MaxPool', poolAttributes(geometry, padding), [x]);
      const padded = pad(x, geometry.padding, lowest);
      const output = run<tf.Tensor4D>('MaxPool', poolAttributes(geometry, 'VALID'), [padded]);
      tf.dispose(padded);
      return output;
    },
  },

  gradient: {
    run(dy, x, output, geometry) {
      const padding = poolPadding(x, geometry);
      if (padding !== undefined) {
        return run('MaxPoolGrad', poolAttributes(geometry, padding), [x, output, dy]);
      }
      const padded = pad(x, geometry.padding, lowest);
      const gradient = run<tf.Tensor4D>('MaxPoolGrad', poolAttributes(geometry, 'VALID'), [
        padded,
        output,
        dy,
      ]);
      const cropped = crop(float32, gradient, geometry.padding, x.shape);
      tf.dispose([padded, gradient]);
      return cropped;
    },
  },
};
