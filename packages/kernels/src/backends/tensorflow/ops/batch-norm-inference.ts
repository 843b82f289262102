import * as tf from '@tensorflow/tfjs-core';

import type { BatchNormInferenceKernels } from '../../../ops/batch-norm-inference.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import {
  activate,
  fusedBatchNorm,
  fusedBatchNormGradient,
  throughActivation,
} from './fused-batch-norm.ts';

/** Statistics, scales and offsets are float32 whatever the executor's dtype. */
export function createBatchNormInference(
  executor: Executor,
): Implementation<BatchNormInferenceKernels> {
  return {
    forward: {
      run(x, scale, offset, mean, variance, { epsilon, activation }) {
        const vectors = [scale, offset, mean, variance];
        const [normalised, ...unused] = fusedBatchNorm(executor, x, vectors, epsilon, false);
        tf.dispose(unused);
        return activate(executor, normalised, activation);
      },
    },

    gradient: {
      run: (dy, x, scale, mean, variance, output, { epsilon, activation }) =>
        throughActivation(executor, dy, output, activation, (upstream) =>
          fusedBatchNormGradient(executor, upstream, x, scale, [mean, variance], epsilon, false),
        ),
    },
  };
}
