import type * as tf from '@tensorflow/tfjs-core';

import type {
  AdamwSettings,
  AdamwSlot,
  MovingAverage,
  SgdSettings,
  SgdSlot,
} from '../../primitives.ts';
import { runElementwise } from './elementwise.ts';

// A program for each tensor that changes: each dispatch costs time of its own, and there are some
// for every parameter of the model.

/** Gives the variable the value that `value` computes from it and the other inputs. */
function update(
  name: string,
  variable: tf.Variable,
  inputs: Record<string, tf.Tensor>,
  floats: Record<string, number>,
  value: string,
): void {
  const { shape, size } = variable;
  const next = runElementwise({ name, inputs, floats, shape, size, value });
  variable.assign(next);
  next.dispose();
}

const decayedGradient = '(gradient[index] + uniforms.weightDecay * parameter[index])';

export function sgdUpdate(slots: readonly SgdSlot[], settings: SgdSettings): void {
  const { learningRate, momentum: rate, nesterov } = settings;
  for (const { parameter, gradient, momentum, weightDecay } of slots) {
    const inputs = { parameter, gradient };
    if (momentum === undefined) {
      const value = `parameter[index] - uniforms.learningRate * ${decayedGradient}`;
      update('sgd', parameter, inputs, { learningRate, weightDecay }, value);
      continue;
    }
    const next = `uniforms.rate * momentum[index] + ${decayedGradient}`;
    update('sgd_momentum', momentum, { ...inputs, momentum }, { rate, weightDecay }, next);
    if (nesterov) {
      const floats = { learningRate, rate, weightDecay };
      const step = `(${decayedGradient} + uniforms.rate * momentum[index])`;
      const value = `parameter[index] - uniforms.learningRate * ${step}`;
      update('sgd_nesterov_step', parameter, { ...inputs, momentum }, floats, value);
    } else {
      const value = 'parameter[index] - uniforms.learningRate * momentum[index]';
      update('sgd_momentum_step', parameter, { parameter, momentum }, { learningRate }, value);
    }
  }
}

export function adamwUpdate(slots: readonly AdamwSlot[], settings: AdamwSettings): void {
  const { learningRate, beta1, beta2, epsilon, step } = settings;
  const rate = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  for (const { parameter, gradient, firstMoment, secondMoment, weightDecay } of slots) {
    update(
      'adamw_first_moment',
      firstMoment,
      { firstMoment, gradient },
      { keep: beta1, take: 1 - beta1 },
      'uniforms.keep * firstMoment[index] + uniforms.take * gradient[index]',
    );
    update(
      'adamw_second_moment',
      secondMoment,
      { secondMoment, gradient },
      { keep: beta2, take: 1 - beta2 },
      'uniforms.keep * secondMoment[index] + uniforms.take * gradient[index] * gradient[index]',
    );
    update(
      'adamw_step',
      parameter,
      { parameter, firstMoment, secondMoment },
      { keep: 1 - learningRate * weightDecay, rate, correction, epsilon },
      `uniforms.keep * parameter[index] - uniforms.rate * firstMoment[index]
        / (sqrt(secondMoment[index]) / uniforms.correction + uniforms.epsilon)`,
    );
  }
}

export function movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void {
  for (const { average, value } of pairs) {
    update(
      'moving_average',
      average,
      { average, value },
      { weight },
      'average[index] + uniforms.weight * (value[index] - average[index])',
    );
  }
}
