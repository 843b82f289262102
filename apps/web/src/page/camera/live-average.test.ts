import { expect, test } from 'vitest';

import { LiveAverage } from './live-average.ts';

const of = (...shares: readonly number[]) =>
  shares.map((probability, index) => ({ index, label: `class ${index}`, probability }));

test('the first frame counts in full', () => {
  expect(new LiveAverage(250).add(of(0.2, 0.8), 1000)).toEqual([
    { index: 1, label: 'class 1', probability: 0.8 },
    { index: 0, label: 'class 0', probability: 0.2 },
  ]);
});

test('after the time constant, 1/e of the old is left; after many, none', () => {
  const average = new LiveAverage(250);
  average.add(of(1, 0), 0);
  const [first] = average.add(of(0, 1), 250);
  expect(first).toMatchObject({ index: 1, probability: expect.closeTo(1 - Math.exp(-1), 10) });
  const [later] = average.add(of(0, 1), 10_000);
  expect(later?.probability).toBeCloseTo(1, 10);
});

test('shares add up to one, and a class that is no longer named fades', () => {
  const average = new LiveAverage(250);
  average.add(of(0.5, 0.5), 0);
  const shares = average.add(of(1), 100);
  expect(shares.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
  expect(shares.map(({ index }) => index)).toEqual([0, 1]);
  expect(shares[1]?.probability).toBeLessThan(0.5);
});
