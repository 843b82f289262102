import type * as tf from '@tensorflow/tfjs-core';

import type { BatchNormSettings } from '../../../ops/batch-norm.ts';
import type { BatchNormTrainingKernels } from '../../../ops/batch-norm-training.ts';
import { flag, float, type } from '../attributes.ts';
import { handles, type Attribute } from '../backend.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are the op's */

/** Batch norm with its ReLU in one op; statistics, scales and offsets are float32 in any dtype. */
export function createBatchNormTraining({
  dtype,
  execute,
}: Executor): Implementation<BatchNormTrainingKernels> {
  function attributes({ epsilon, activation }: BatchNormSettings): Attribute[] {
    return [type('T', dtype), float('epsilon', epsilon), flag('relu', activation === 'relu')];
  }

  return {
    forward: {
      isSupported,
      run(x, scale, offset, settings) {
        const operands = [x, ...handles([scale, offset])];
        const results = execute(opNames.batchNorm, attributes(settings), operands, 5);
        // Output, mean, variance and the two that the gradient needs.
        const [output, mean, variance, ...saved] = results as [
          tf.Tensor4D,
          tf.Tensor1D,
          tf.Tensor1D,
          tf.Tensor1D,
          tf.Tensor1D,
        ];
        return { output, mean, variance, saved };
      },
    },

    gradient: {
      isSupported,
      run(dy, x, scale, saved, _, settings) {
        const operands = [dy, x, ...handles([scale, ...saved])];
        const results = execute(opNames.batchNormGradient, attributes(settings), operands, 3);
        const [dx, dScale, dOffset] = results as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
        return { x: dx, scale: dScale, offset: dOffset };
      },
    },
  };
}
