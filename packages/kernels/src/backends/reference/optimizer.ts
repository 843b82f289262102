import * as tf from '@tensorflow/tfjs-core';

import type {
  AdamwSettings,
  AdamwSlot,
  MovingAverage,
  SgdSettings,
  SgdSlot,
} from '../../primitives.ts';

export function sgdUpdate(slots: readonly SgdSlot[], settings: SgdSettings): void {
  const { learningRate, momentum, nesterov } = settings;
  for (const slot of slots) {
    tf.tidy(() => {
      const { parameter, gradient, weightDecay } = slot;
      const decayed =
        weightDecay === 0 ? gradient : tf.add(gradient, tf.mul(parameter, weightDecay));
      let direction = decayed;
      if (slot.momentum !== undefined) {
        const velocity = tf.add(tf.mul(slot.momentum, momentum), decayed);
        direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
        slot.momentum.assign(velocity);
      }
      parameter.assign(tf.sub(parameter, tf.mul(direction, learningRate)));
    });
  }
}

export function adamwUpdate(slots: readonly AdamwSlot[], settings: AdamwSettings): void {
  const { learningRate, beta1, beta2, epsilon, step } = settings;
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  for (const { parameter, gradient, firstMoment, secondMoment, weightDecay } of slots) {
    tf.tidy(() => {
      const first = tf.add(tf.mul(firstMoment, beta1), tf.mul(gradient, 1 - beta1));
      const second = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(gradient), 1 - beta2));
      const denominator = tf.add(tf.div(tf.sqrt(second), correction), epsilon);
      const shrunk = tf.mul(parameter, 1 - learningRate * weightDecay);
      firstMoment.assign(first);
      secondMoment.assign(second);
      parameter.assign(tf.sub(shrunk, tf.mul(tf.div(first, denominator), stepSize)));
    });
  }
}

export function clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  return tf.tidy(() => {
    const squares = gradients.map((gradient) => tf.sum(tf.mul(gradient, gradient)));
    const norm = tf.sqrt(tf.addN(squares));
    const factor = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1);
    return gradients.map((gradient) => tf.mul(gradient, factor));
  });
}

export function movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void {
  for (const { average, value } of pairs) {
    tf.tidy(() => average.assign(tf.add(average, tf.mul(tf.sub(value, average), weight))));
  }
}
