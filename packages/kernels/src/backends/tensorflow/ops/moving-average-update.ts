import * as tf from '@tensorflow/tfjs-core';

import type { MovingAverageKernels } from '../../../ops/moving-average-update.ts';
import { withScalars } from '../scalars.ts';
import type { Implementation } from '../select.ts';
import { apply, withResources } from './resources.ts';

/** One average after the other, in place on TensorFlow's resources. */
export const movingAverageUpdate: Implementation<MovingAverageKernels> = {
  update: {
    run(pairs, weight) {
      withScalars([weight], ([rate]) => {
        withResources(1, (handles, borrow) => {
          for (const { average, value } of pairs) {
            const difference = tf.sub(average, value);
            borrow([average], () => {
              apply('ResourceApplyGradientDescent', handles, [rate, difference]);
            });
            tf.dispose(difference);
          }
        });
      });
    },
  },
};
