import type * as tf from '@tensorflow/tfjs-core';

import type {
  AdamwSettings,
  AdamwSlot,
  MovingAverage,
  SgdSettings,
  SgdSlot,
} from '../../primitives.ts';
import { simd } from './simd.ts';

// New values go to new memory, although a variable could be written over: tensors that share its
// data (a clone, the value it was made from) must not change, and tfjs's convolution keeps filters
// repacked under the id of their data.

/** Gives the variable its new value, which it then owns. */
function replace(variable: tf.Variable, value: tf.Tensor): void {
  variable.assign(value);
  value.dispose();
}

export function sgdUpdate(slots: readonly SgdSlot[], settings: SgdSettings): void {
  const { kernels, address, allocate } = simd();
  const { learningRate, momentum, nesterov } = settings;
  for (const { parameter, gradient, momentum: buffer, weightDecay } of slots) {
    const newParameter = allocate<tf.Tensor>(parameter.shape);
    const newBuffer = buffer && allocate<tf.Tensor>(buffer.shape);
    kernels.sgd(
      address(parameter),
      address(gradient),
      address(buffer),
      address(newParameter),
      address(newBuffer),
      parameter.size,
      learningRate,
      momentum,
      weightDecay,
      Number(nesterov),
    );
    replace(parameter, newParameter);
    if (buffer && newBuffer) replace(buffer, newBuffer);
  }
}

export function adamwUpdate(slots: readonly AdamwSlot[], settings: AdamwSettings): void {
  const { kernels, address, allocate } = simd();
  const { learningRate, beta1, beta2, epsilon, step } = settings;
  for (const { parameter, gradient, firstMoment, secondMoment, weightDecay } of slots) {
    const newParameter = allocate<tf.Tensor>(parameter.shape);
    const newFirst = allocate<tf.Tensor>(parameter.shape);
    const newSecond = allocate<tf.Tensor>(parameter.shape);
    kernels.adamw(
      address(parameter),
      address(gradient),
      address(firstMoment),
      address(secondMoment),
      address(newParameter),
      address(newFirst),
      address(newSecond),
      parameter.size,
      1 - learningRate * weightDecay,
      learningRate / (1 - beta1 ** step),
      beta1,
      beta2,
      1 - beta1,
      1 - beta2,
      Math.sqrt(1 - beta2 ** step),
      epsilon,
    );
    replace(parameter, newParameter);
    replace(firstMoment, newFirst);
    replace(secondMoment, newSecond);
  }
}

export function movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void {
  const { kernels, address, allocate } = simd();
  for (const { average, value } of pairs) {
    const next = allocate<tf.Tensor>(average.shape);
    kernels.movingAverage(address(average), address(value), address(next), average.size, weight);
    replace(average, next);
  }
}
