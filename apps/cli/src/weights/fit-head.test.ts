import { initialState, modelConfig, parameterSpecs } from '@resnet/model';
import { describe, expect, it } from 'vitest';

import { fitHead } from './fit-head.ts';
import type { OpenedWeights } from './open-weights.ts';

function opened(numClasses: number, labelNames: readonly string[], hasCard = true): OpenedWeights {
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

describe('fitHead', () => {
  it.each([
    ['the same classes', opened(2, ['a', 'b'])],
    ['classes without names', opened(2, ['0', '1'])],
    ['a bare state dict', opened(2, ['x', 'y'], false)],
  ])('keeps the head of %s', (_, weights) => {
    const { config, state, freshHead } = fitHead(weights, ['a', 'b']);
    expect(freshHead).toBeUndefined();
    expect(config.numClasses).toBe(2);
    expect(state.has('fc.weight')).toBe(true);
  });

  it.each([
    ['another number', opened(3, ['a', 'b', 'c']), 'the weights tell 3 classes apart'],
    ['other classes', opened(2, ['a', 'c']), 'the weights are for other classes'],
    ['another order', opened(2, ['b', 'a']), 'the weights are for other classes'],
    ['none', opened(0, []), 'the weights come without one'],
  ])('replaces the head of %s', (_, weights, reason) => {
    const { config, state, freshHead } = fitHead(weights, ['a', 'b']);
    expect(freshHead).toBe(reason);
    expect(config.numClasses).toBe(2);
    expect(state.has('fc.weight')).toBe(false);
    expect(state.has('conv1.weight')).toBe(true);
  });
});
