import type { MovingAverageKernels } from '../../../ops/moving-average-update.ts';
import type { Implementation } from '../select.ts';
import { isSupported } from './is-supported.ts';
import { updateTogether } from './multi-tensor-update.ts';

/** All averages in one op. */
export const movingAverageUpdate: Implementation<MovingAverageKernels> = {
  update: {
    isSupported,
    run(pairs, weight) {
      const updates = pairs.map(({ average, value }) => ({
        setting: 0,
        gradient: value,
        variables: [average],
      }));
      updateTogether('MovingAverage', [weight], updates);
    },
  },
};
