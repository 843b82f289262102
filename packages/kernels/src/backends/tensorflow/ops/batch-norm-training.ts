import * as tf from '@tensorflow/tfjs-core';

import type { BatchNormTrainingKernels } from '../../../ops/batch-norm-training.ts';
import { nothing } from '../constants.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import {
  activate,
  fusedBatchNorm,
  fusedBatchNormGradient,
  throughActivation,
} from './fused-batch-norm.ts';

/** Statistics, scales and offsets are float32 whatever the executor's dtype. */
export function createBatchNormTraining(
  executor: Executor,
): Implementation<BatchNormTrainingKernels> {
  return {
    forward: {
      run(x, scale, offset, { epsilon, activation }) {
        // Without a running average to continue, mean and variance come in empty. The variance that
        // comes out is unbiased, and what is saved for the gradient (a variance on CPU, an inverse
        // standard deviation on CUDA) is the gradient op's own business. On CPU the sums are plain
        // float32 ones: docs/performance/kernels.md has what that costs in precision.
        const vectors = [scale, offset, nothing(), nothing()];
        const [normalised, mean, variance, first, second, workspace] = fusedBatchNorm(
          executor,
          x,
          vectors,
          epsilon,
          true,
        );
        tf.dispose(workspace);
        const output = activate(executor, normalised, activation);
        return { output, mean, variance, saved: [first, second] };
      },
    },

    gradient: {
      run: (dy, x, scale, saved, output, { epsilon, activation }) =>
        throughActivation(executor, dy, output, activation, (upstream) =>
          fusedBatchNormGradient(executor, upstream, x, scale, saved, epsilon, true),
        ),
    },
  };
}
