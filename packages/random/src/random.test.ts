import { describe, expect, it } from 'vitest';

import { Random } from './random.ts';

function moments(draw: () => number, n = 20_000): { mean: number; variance: number } {
  const values = Array.from({ length: n }, draw);
  const mean = values.reduce((a, b) => a + b, 0) / n;
  return { mean, variance: values.reduce((a, b) => a + (b - mean) ** 2, 0) / n };
}

describe('Random', () => {
  it('gives the numbers of the reference xoshiro128** from the state 1, 2, 3, 4', () => {
    const random = new Random([1, 2, 3, 4]);
    const received = Array.from({ length: 10 }, () => random.uint32());
    // The authors' C code, compiled: tooling/reference/random.c
    expect(received).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
      4258142804,
    ]);
  });

  it('repeats itself for a seed and differs for another', () => {
    const draw = (seed: number | string): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw('a')).toEqual(draw('a'));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  it('goes on from a saved state', () => {
    const random = new Random(1);
    random.normal();
    const saved = JSON.parse(JSON.stringify(random.state()));
    const expected = Array.from({ length: 5 }, () => random.uniform());
    const resumed = new Random(saved);
    expect(Array.from({ length: 5 }, () => resumed.uniform())).toEqual(expected);
  });

  it('forks by key without advancing', () => {
    const random = new Random(3);
    const before = random.state();
    expect(random.fork('a').uint32()).toBe(random.fork('a').uint32());
    expect(random.fork('a').uint32()).not.toBe(random.fork('b').uint32());
    expect(random.fork(1).fork(2).uint32()).not.toBe(random.fork(2).fork(1).uint32());
    expect(random.state()).toEqual(before);
    const forks = new Set(Array.from({ length: 10_000 }, (_, i) => random.fork(i).uint32()));
    expect(forks.size).toBeGreaterThan(9_990);
  });

  it('draws from the distributions it names', () => {
    const random = new Random(11);
    const uniform = moments(() => random.uniform(2, 4));
    expect(uniform.mean).toBeCloseTo(3, 1);
    expect(uniform.variance).toBeCloseTo(4 / 12, 1);
    const normal = moments(() => random.normal());
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.variance).toBeCloseTo(1, 1);
    const gamma = moments(() => random.gamma(0.4));
    expect(gamma.mean).toBeCloseTo(0.4, 1);
    expect(gamma.variance).toBeCloseTo(0.4, 1);
    const beta = moments(() => random.beta(2, 3));
    expect(beta.mean).toBeCloseTo(0.4, 1);
    expect(beta.variance).toBeCloseTo(0.04, 2);
    const counts = [0, 0, 0];
    for (let i = 0; i < 9_000; i++) counts[random.integer(3)]!++;
    for (const count of counts) expect(Math.abs(count - 3_000)).toBeLessThan(200);
  });

  it('shuffles a copy', () => {
    const items = Array.from({ length: 100 }, (_, i) => i);
    const shuffled = new Random(5).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
  });

  it('refuses what is no seed, state or bound', () => {
    expect(() => new Random(0.5)).toThrow(/integer, received 0.5/);
    expect(() => new Random([0, 0, 0, 0])).toThrow(/not all zero/);
    expect(() => new Random(1).integer(0)).toThrow(/from 1 to 2\^32/);
    expect(() => new Random(1).pick([])).toThrow(/nothing to pick/);
  });
});
