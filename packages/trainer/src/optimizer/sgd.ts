import { sgdUpdate } from '@resnet/kernels';

import { checkOption } from '../errors.ts';
import type { Optimizer } from './optimizer.ts';

/** SGD by the names and rules of torch's. */
export interface SgdOptions {
  /** Default 0.9. */
  readonly momentum?: number;
  /** Nesterov's look-ahead, as torch has it. Default false. */
  readonly nesterov?: boolean;
  /** L2 penalty, added to the gradient. Default 0. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent by `torch.optim.SGD`'s rule (dampening 0), which keeps the learning
 * rate out of the velocity, unlike Sutskever et al.:
 *
 *     g = gradient + weightDecay * w
 *     v = momentum * v + g              (v starts at 0, so the first v is g)
 *     w = w - learningRate * v          (Nesterov: w - learningRate * (g + momentum * v))
 */
export function sgd({
  momentum = 0.9,
  nesterov = false,
  weightDecay = 0,
}: SgdOptions = {}): Optimizer {
  checkOption(momentum >= 0 && momentum < 1, 'sgd', 'momentum', 'in [0, 1)', momentum);
  checkOption(weightDecay >= 0, 'sgd', 'weightDecay', 'not negative', weightDecay);
  checkOption(!nesterov || momentum > 0, 'sgd', 'momentum', 'positive with nesterov', momentum);
  return {
    name: 'sgd',
    options: { momentum, nesterov, weightDecay },
    stateNames: momentum > 0 ? ['momentum_buffer'] : [],
    update(entries, settings) {
      sgdUpdate(
        entries.map(({ parameter, gradient, state, decay }) => ({
          parameter,
          gradient,
          momentumBuffer: state['momentum_buffer'],
          weightDecay: decay ? weightDecay : 0,
        })),
        {
          learningRate: settings.learningRate,
          momentum: momentum > 0 ? (settings.momentum ?? momentum) : 0,
          nesterov,
        },
      );
    },
  };
}
