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
    // Their sum would be quicker to look at, but may overflow where all of them are finite.
    const index = isVariance
      ? data.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY))
      : data.findIndex((value) => !Number.isFinite(value));
    if (index === -1) continue;
    throw new PredictorError(
      'WEIGHTS_NOT_FINITE',
      `Predictor.load: expected finite ${isVariance ? 'variances of 0 or more' : 'numbers'}, received ${data[index]} in ${name.slice(0, 100)} at ${index}; the training diverged or the file is damaged`,
    );
  }
}
