import type { StateDict } from '@resnet/model';

import { PredictorError } from './errors.ts';

/**
 * A training run that diverged leaves NaN behind, and damage may leave anything. Either makes every
 * answer NaN; a variance below zero does so too.
 *
 * @throws PredictorError WEIGHTS_NOT_FINITE naming the tensor
 */
export function checkWeights(state: StateDict): void {
  for (const [name, { dtype, data }] of state) {
    if (dtype !== 'float32') continue;
    const isVariance = name.endsWith('.running_var');
    const index = firstOutside(data, isVariance ? 0 : Number.NEGATIVE_INFINITY);
    if (index === -1) continue;
    throw new PredictorError(
      'WEIGHTS_NOT_FINITE',
      `Predictor.load: expected finite ${isVariance ? 'variances of 0 or more' : 'numbers'}, received ${data[index]} in ${name.slice(0, 100)} at ${index}; the training diverged or the file is damaged`,
    );
  }
}

/** Index of the first that is NaN, infinite or less than `least`; -1 where all are right. */
function firstOutside(values: Float32Array, least: number): number {
  // A plain loop: 25 million numbers take 30 ms, ten times less than by a callback each.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (
      !(value >= least && value < Number.POSITIVE_INFINITY) ||
      value === Number.NEGATIVE_INFINITY
    ) {
      return i;
    }
  }
  return -1;
}
