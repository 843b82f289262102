import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { describeOn } from '../../test/backends.ts';
import updateRules from '../../test/fixtures/update-rules.json' with { type: 'json' };
import { unit } from '../../test/formula.ts';
import { clipByGlobalNorm } from '../clip.ts';
import { adamw } from './adamw.ts';
import { applyGradients, disposeOptimizer, initOptimizer } from './apply.ts';
import { type GroupOptions, parameterGroups, scaleByPrefix } from './groups.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

interface Values {
  readonly weight: number[];
  readonly bias: number[];
}

const reference: Record<string, Record<string, Values>> = updateRules.optimisers;

interface Case extends GroupOptions {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly clip?: number;
  readonly cycled?: boolean;
}

const all = { weightDecayOn: 'all' } as const;
const cases: Record<string, Case> = {
  sgd: { optimizer: sgd({ momentum: 0 }), learningRate: 0.1 },
  'sgd momentum': { optimizer: sgd({ weightDecay: 0.01 }), learningRate: 0.1, ...all },
  'sgd nesterov': {
    optimizer: sgd({ nesterov: true, weightDecay: 0.01 }),
    learningRate: 0.1,
    ...all,
  },
  'sgd weights only': { optimizer: sgd({ weightDecay: 0.1 }), learningRate: 0.1 },
  'sgd scaled': {
    optimizer: sgd(),
    learningRate: 0.1,
    learningRateScale: scaleByPrefix({ layer: 0.1, 'layer.bias': 1 }),
  },
  'sgd clipped': { optimizer: sgd(), learningRate: 0.1, clip: 0.7 },
  'sgd cycled': { optimizer: sgd(), learningRate: 0.1, cycled: true },
  adamw: { optimizer: adamw({ weightDecay: 0.05 }), learningRate: 0.01, ...all },
  'adamw betas': {
    optimizer: adamw({ beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay: 0.1 }),
    learningRate: 0.03,
  },
  'adamw cycled': { optimizer: adamw({ weightDecay: 0 }), learningRate: 0.01, cycled: true },
};

describeOn(['cpu', 'wasm', 'tensorflow'], () => {
  let tensors = 0;
  beforeEach(() => {
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('has a case for each of the reference', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(reference));
  });

  it.each(Object.keys(cases))('%s: takes 40 steps as torch takes them', async (name) => {
    const { optimizer, learningRate, clip, cycled, ...options } = cases[name]!;
    const weight = tf.tidy(() => tf.variable(tf.tensor2d(unit(12, 1), [3, 4])));
    const bias = tf.tidy(() => tf.variable(tf.tensor1d(unit(4, 2))));
    const parameters = new Map<string, tf.Variable>([
      ['layer.weight', weight],
      ['layer.bias', bias],
    ]);
    const groups = parameterGroups(parameters, options);
    let state = initOptimizer(optimizer, parameters);
    for (let step = 1; step <= 40; step++) {
      let gradients = new Map<string, tf.Tensor>([
        ['layer.weight', gradient(weight, 100 + step)],
        ['layer.bias', gradient(bias, 300 + step)],
      ]);
      if (clip !== undefined) {
        const clipped = clipByGlobalNorm(gradients, clip);
        tf.dispose([...gradients.values()]);
        gradients = clipped;
      }
      state = applyGradients(optimizer, parameters, gradients, state, groups, {
        learningRate: learningRate * (1 - (step - 1) / 80),
        momentum: cycled === true ? 0.95 - (0.1 * (step - 1)) / 40 : undefined,
      });
      tf.dispose([...gradients.values()]);
      const expected = reference[name]![step];
      if (expected === undefined) continue;
      expect(await weight.data()).toBeAllClose(expected.weight, { rtol: 1e-4, atol: 2e-6 });
      expect(await bias.data()).toBeAllClose(expected.bias, { rtol: 1e-4, atol: 2e-6 });
    }
    expect(state.step).toBe(40);
    disposeOptimizer(state);
    tf.dispose([weight, bias]);
  });

  it('refuses options out of range', () => {
    expect(() => sgd({ momentum: 1 })).toThrow('sgd: momentum is in [0, 1), received 1');
    expect(() => sgd({ momentum: 0, nesterov: true })).toThrow(/positive with nesterov/);
    expect(() => adamw({ weightDecay: -1 })).toThrow(/not negative, received -1/);
  });
});

function gradient(parameter: tf.Tensor, salt: number): tf.Tensor {
  return tf.tidy(() =>
    tf.add(tf.tensor(unit(parameter.size, salt), parameter.shape), tf.mul(parameter, 0.5)),
  );
}

describe('scaleByPrefix', () => {
  it('takes the longest prefix that ends where a part of the path does', () => {
    const scale = scaleByPrefix({ '': 0.1, layer1: 0.5, 'layer1.0.conv1': 2, fc: 1 });
    expect(scale('layer1.0.bn1.weight')).toBe(0.5);
    expect(scale('layer1.0.conv1.weight')).toBe(2);
    expect(scale('layer10.0.conv1.weight')).toBe(0.1);
    expect(scale('fc.bias')).toBe(1);
    expect(scaleByPrefix({ fc: 2 })('conv1.weight')).toBe(1);
  });
});
