import { initialState, modelConfig, parameterSpecs } from '@resnet/model';
import { describe, expect, it } from 'vitest';

import { adaptClassifier } from './adapt-classifier.ts';
import type { LoadedWeights } from './load-weights.ts';

function loaded(numClasses: number, labelNames: readonly string[], hasCard = true): LoadedWeights {
  const config = modelConfig('resnet20', { numClasses });
  return {
    card: {
      architecture: 'resnet20',
      config,
      labelNames,
      pretrainedCfg: {
        inputSize: [3, 32, 32],
        mean: [0, 0, 0],
        std: [1, 1, 1],
        interpolation: 'bilinear',
        cropPct: 1,
      },
    },
    state: initialState(parameterSpecs(config), { seed: 1 }),
    hasCard,
    notes: [],
  };
}

describe('adaptClassifier', () => {
  it.each([
    ['the same classes', loaded(2, ['a', 'b'])],
    ['classes without names', loaded(2, ['0', '1'])],
    ['a bare state dict', loaded(2, ['x', 'y'], false)],
  ])('keeps the classifier of %s', (_, weights) => {
    const { config, state, freshHead } = adaptClassifier(weights, ['a', 'b']);
    expect(freshHead).toBeUndefined();
    expect(config.numClasses).toBe(2);
    expect(state.has('fc.weight')).toBe(true);
  });

  it.each([
    ['another number', loaded(3, ['a', 'b', 'c']), 'the weights are for 3 classes'],
    ['other classes', loaded(2, ['a', 'c']), 'the weights are for other classes'],
    ['another order', loaded(2, ['b', 'a']), 'the weights are for other classes'],
    ['none', loaded(0, []), 'the weights come without one'],
  ])('replaces the classifier of %s', (_, weights, reason) => {
    const { config, state, freshHead } = adaptClassifier(weights, ['a', 'b']);
    expect(freshHead).toBe(reason);
    expect(config.numClasses).toBe(2);
    expect(state.has('fc.weight')).toBe(false);
    expect(state.has('conv1.weight')).toBe(true);
  });
});
