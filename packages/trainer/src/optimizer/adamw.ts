import { adamwUpdate } from '@resnet/kernels';

import { checkOption } from '../errors.ts';
import type { Optimizer } from './optimizer.ts';

/** AdamW (Loshchilov and Hutter, 2019), by the names and defaults of torch's. */
export interface AdamwOptions {
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled: the weights shrink by learningRate * weightDecay. Default 0.01. */
  readonly weightDecay?: number;
}

/**
 * AdamW (Loshchilov and Hutter, "Decoupled weight decay regularization", 2019) by
 * `torch.optim.AdamW`'s rule at step t:
 *
 *     w = w * (1 - learningRate * weightDecay)
 *     m = beta1 * m + (1 - beta1) * g
 *     v = beta2 * v + (1 - beta2) * g^2
 *     w = w - learningRate / (1 - beta1^t) * m / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * A schedule that cycles the momentum cycles beta1, as torch's does.
 */
export function adamw({
  beta1 = 0.9,
  beta2 = 0.999,
  epsilon = 1e-8,
  weightDecay = 0.01,
}: AdamwOptions = {}): Optimizer {
  checkOption(beta1 >= 0 && beta1 < 1, 'adamw', 'beta1', 'in [0, 1)', beta1);
  checkOption(beta2 >= 0 && beta2 < 1, 'adamw', 'beta2', 'in [0, 1)', beta2);
  checkOption(epsilon >= 0, 'adamw', 'epsilon', 'not negative', epsilon);
  checkOption(weightDecay >= 0, 'adamw', 'weightDecay', 'not negative', weightDecay);
  return {
    name: 'adamw',
    options: { beta1, beta2, epsilon, weightDecay },
    stateNames: ['exp_avg', 'exp_avg_sq'],
    update(entries, { learningRate, momentum, step }) {
      adamwUpdate(
        entries.map(({ parameter, gradient, state, decay }) => ({
          parameter,
          gradient,
          expAvg: state['exp_avg']!,
          expAvgSq: state['exp_avg_sq']!,
          weightDecay: decay ? weightDecay : 0,
        })),
        { learningRate, beta1: momentum ?? beta1, beta2, epsilon, step },
      );
    },
  };
}
