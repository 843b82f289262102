import { biasCorrections, type AdamwKernels } from '../../../ops/adamw-update.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { updateTogether } from './multi-tensor-update.ts';

/** Steps of all parameters in one op. */
export const adamwUpdate: Implementation<AdamwKernels> = {
  update: {
    isSupported,
    run(parameters, settings) {
      const { learningRate, beta1, beta2, epsilon } = settings;
      const { stepSize, correction2Sqrt } = biasCorrections(settings);
      const updates = parameters.map(({ parameter, gradient, expAvg, expAvgSq, weightDecay }) => ({
        setting: 1 - learningRate * weightDecay,
        gradient,
        variables: [parameter, expAvg, expAvgSq],
      }));
      const factors = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, correction2Sqrt, epsilon];
      updateTogether('Adamw', factors, updates);
    },
  },
};
