import type { ClipByGlobalNormKernels } from '../../../ops/clip-by-global-norm.ts';
import { integer } from '../attributes.ts';
import { execute, tensorflow } from '../backend.ts';
import type { Implementation } from '../select.ts';
import { withScalars } from '../scalars.ts';
import { isSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

/** Norm and scaling of all gradients in one op. */
export const clipByGlobalNorm: Implementation<ClipByGlobalNormKernels> = {
  forward: {
    isSupported,
    run(gradients, maxNorm) {
      const { length } = gradients;
      // Asked for as an op of tfjs asks: what is not scaled shares its values from then on.
      const ids = tensorflow().getInputTensorIds(gradients);
      return withScalars([maxNorm], ([norm]) =>
        execute(opNames.clip, [integer('N', length)], [norm, ...ids], length),
      );
    },
  },
};
