import * as tf from '@tensorflow/tfjs-core';

import { biasCorrections, type AdamwKernels } from '../../../ops/adamw-update.ts';
import { withScalars } from '../scalars.ts';
import type { Implementation } from '../select.ts';
import { apply, withResources } from './resources.ts';

/** One parameter after the other, in place on TensorFlow's resources. */
export const adamwUpdate: Implementation<AdamwKernels> = {
  update: {
    run(parameters, settings) {
      const { learningRate, beta1, beta2, epsilon, step } = settings;
      const { correction2Sqrt } = biasCorrections(settings);
      // TensorFlow adds epsilon before the bias correction, torch after it.
      const correctedEpsilon = epsilon * correction2Sqrt;
      const values = [
        beta1 ** step,
        beta2 ** step,
        learningRate,
        beta1,
        beta2,
        correctedEpsilon,
      ] as const;
      withScalars(values, (scalars) => {
        withResources(3, (handles, borrow) => {
          for (const { parameter, gradient, expAvg, expAvgSq, weightDecay } of parameters) {
            if (weightDecay !== 0) {
              tf.tidy(() => {
                parameter.assign(tf.mul(parameter, 1 - learningRate * weightDecay));
              });
            }
            borrow([parameter, expAvg, expAvgSq], () => {
              apply('ResourceApplyAdam', handles, [...scalars, gradient]);
            });
          }
        });
      });
    },
  },
};
