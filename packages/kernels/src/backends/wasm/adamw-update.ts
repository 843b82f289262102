import type * as tf from '@tensorflow/tfjs-core';

import {
  biasCorrections,
  type AdamwParameter,
  type AdamwSettings,
} from '../../ops/adamw-update.ts';
import { replaceVariable } from './replace-variable.ts';
import { simd } from './simd.ts';

/** `AdamwKernels.update` by a SIMD kernel. */
export function update(parameters: readonly AdamwParameter[], settings: AdamwSettings): void {
  const { kernels, address, allocate } = simd();
  const { learningRate, beta1, beta2, epsilon } = settings;
  const { stepSize, correction2Sqrt } = biasCorrections(settings);
  for (const { parameter, gradient, expAvg, expAvgSq, weightDecay } of parameters) {
    const newParameter = allocate<tf.Tensor>(parameter.shape);
    const newExpAvg = allocate<tf.Tensor>(parameter.shape);
    const newExpAvgSq = allocate<tf.Tensor>(parameter.shape);
    kernels.adamw(
      address(parameter),
      address(gradient),
      address(expAvg),
      address(expAvgSq),
      address(newParameter),
      address(newExpAvg),
      address(newExpAvgSq),
      parameter.size,
      1 - learningRate * weightDecay,
      stepSize,
      beta1,
      beta2,
      1 - beta1,
      1 - beta2,
      correction2Sqrt,
      epsilon,
    );
    replaceVariable(parameter, newParameter);
    replaceVariable(expAvg, newExpAvg);
    replaceVariable(expAvgSq, newExpAvgSq);
  }
}
