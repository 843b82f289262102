import { describe, expect, it } from 'vitest';

import { argMax, classMetrics, rankOf, softmaxAt } from './metrics.ts';

describe('argMax and rankOf', () => {
  it('take the first of equals, from an offset', () => {
    const values = [9, 1, 5, 5, 2, 7];
    expect(argMax(values, 1, 4)).toBe(1);
    expect([0, 1, 2, 3].map((label) => rankOf(values, 1, 4, label))).toEqual([3, 0, 1, 2]);
  });
});

describe('softmaxAt', () => {
  it('survives logits whose exponentials overflow', () => {
    const { logProbability } = softmaxAt([1000, 1000, 0], 0, 3);
    expect(logProbability(0)).toBeCloseTo(-Math.LN2, 12);
    expect(logProbability(2)).toBeCloseTo(-1000 - Math.LN2, 9);
  });
});

describe('classMetrics', () => {
  it('counts columns for precision and rows for recall', () => {
    // 5 cats, of which 4 are called so; 3 dogs, of which 1 is; never a word of birds.
    const confusion = [
      [4, 1, 0],
      [2, 1, 0],
      [0, 0, 0],
    ];
    expect(classMetrics(confusion, ['cat', 'dog', 'bird'])).toEqual([
      { label: 'cat', precision: 4 / 6, recall: 4 / 5, f1: 8 / 11, support: 5 },
      { label: 'dog', precision: 1 / 2, recall: 1 / 3, f1: 2 / 5, support: 3 },
      { label: 'bird', precision: 0, recall: 0, f1: 0, support: 0 },
    ]);
  });
});
