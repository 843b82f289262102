import { describe, expect, it } from 'vitest';

import { softmax, topPredictions } from './probabilities.ts';

describe('softmax', () => {
  it('adds up to 1, and survives large logits', () => {
    expect(softmax([0, Math.log(3)])).toEqual([expect.closeTo(0.25), expect.closeTo(0.75)]);
    expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
    expect(softmax([-1000, 0])).toEqual([0, 1]);
  });
});

describe('topPredictions', () => {
  it('sorts by probability and then by index', () => {
    expect(topPredictions([0.2, 0.5, 0.1, 0.2], ['a', 'b', 'c', 'd'], 3)).toEqual([
      { label: 'b', index: 1, probability: 0.5 },
      { label: 'a', index: 0, probability: 0.2 },
      { label: 'd', index: 3, probability: 0.2 },
    ]);
    expect(topPredictions([1], ['a'], 5)).toHaveLength(1);
  });
});
