import type { SgdKernels } from '../../../ops/sgd-update.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { updateTogether } from './multi-tensor-update.ts';

/** Steps with momentum, of all parameters in one op. */
export const sgdUpdate: Implementation<SgdKernels> = {
  update: {
    isSupported: (parameters) =>
      isSupported() && parameters.every(({ momentumBuffer }) => momentumBuffer !== undefined),
    run(parameters, { learningRate, momentum, nesterov }) {
      const updates = parameters.map(({ parameter, gradient, momentumBuffer, weightDecay }) => ({
        setting: weightDecay,
        gradient,
        variables: [parameter, momentumBuffer!],
      }));
      updateTogether('Sgd', [learningRate, momentum, Number(nesterov)], updates);
    },
  },
};
