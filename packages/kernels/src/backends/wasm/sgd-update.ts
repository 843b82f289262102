import type * as tf from '@tensorflow/tfjs-core';

import type { SgdParameter, SgdSettings } from '../../ops/sgd-update.ts';
import { replaceVariable } from './replace-variable.ts';
import { simd } from './simd.ts';

/** `SgdKernels.update` by a SIMD kernel. */
export function update(parameters: readonly SgdParameter[], settings: SgdSettings): void {
  const { kernels, address, allocate } = simd();
  const { learningRate, momentum, nesterov } = settings;
  for (const { parameter, gradient, momentumBuffer, weightDecay } of parameters) {
    const newParameter = allocate<tf.Tensor>(parameter.shape);
    const newBuffer = momentumBuffer && allocate<tf.Tensor>(momentumBuffer.shape);
    kernels.sgd(
      address(parameter),
      address(gradient),
      address(momentumBuffer),
      address(newParameter),
      address(newBuffer),
      parameter.size,
      learningRate,
      momentum,
      weightDecay,
      Number(nesterov),
    );
    replaceVariable(parameter, newParameter);
    if (momentumBuffer && newBuffer) replaceVariable(momentumBuffer, newBuffer);
  }
}
