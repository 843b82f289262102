import { Random } from '@resnet/random';
import { describe, expect, it } from 'vitest';

import type { LabelledFile } from './labelled-file.ts';
import { splitFolds } from './split-folds.ts';

function dataset(sizes: Readonly<Record<string, number>>): LabelledFile[] {
  return Object.entries(sizes).flatMap(([label, n]) =>
    Array.from({ length: n }, (_, i) => ({ path: `${label}/${i}.png`, label })),
  );
}

const countOf = (files: readonly LabelledFile[], label: string): number =>
  files.filter((file) => file.label === label).length;

describe('splitFolds', () => {
  it('spreads every class evenly, to one image', () => {
    const random = new Random('folds');
    for (let round = 0; round < 100; round++) {
      const folds = 2 + random.integer(6);
      const sizes = { a: folds + random.integer(60), b: folds + random.integer(60) };
      const files = dataset(sizes);
      const result = splitFolds(files, { seed: round, folds });
      expect(result.length).toBe(folds);
      for (const [label, n] of Object.entries(sizes)) {
        const counts = result.map(({ val }) => countOf(val, label));
        expect(Math.min(...counts)).toBe(Math.floor(n / folds));
        expect(Math.max(...counts)).toBe(Math.ceil(n / folds));
      }
      const vals = result.flatMap(({ val }) => val.map((file) => file.path));
      expect(vals.sort()).toEqual(files.map((file) => file.path).sort());
      for (const { train, val } of result) {
        expect(new Set([...train, ...val].map((f) => f.path)).size).toBe(files.length);
        expect(train.length + val.length).toBe(files.length);
      }
    }
  });

  it('keeps groups whole and every class in every fold', () => {
    const random = new Random('grouped folds');
    const groupOf = (path: string): string => /g\d+/.exec(path)![0];
    for (let round = 0; round < 100; round++) {
      const files = ['a', 'b', 'c'].flatMap((label) =>
        Array.from({ length: 60 }, (_, i) => ({
          // 40 groups, most with files of all three classes
          path: `${label}/${i}-g${random.integer(40)}.png`,
          label,
        })),
      );
      const result = splitFolds(files, { seed: round, folds: 4, groupOf });
      const foldOf = new Map<string, number>();
      for (const [k, { val }] of result.entries()) {
        for (const { path } of val) {
          expect(foldOf.get(groupOf(path)) ?? k).toBe(k);
          foldOf.set(groupOf(path), k);
        }
        for (const label of ['a', 'b', 'c']) {
          expect(Math.abs(countOf(val, label) - 15)).toBeLessThanOrEqual(4);
        }
      }
    }
  });

  it('gives each fold one of few groups', () => {
    const files = dataset({ a: 12, b: 6 });
    // a: one group of ten, two of one
    const groupOf = (path: string): string =>
      path.startsWith('a/') && !/\/[01]\./.test(path) ? 'large' : path;
    for (let seed = 0; seed < 20; seed++) {
      const folds = splitFolds(files, { seed, folds: 3, groupOf });
      const counts = folds.map(({ val }) => countOf(val, 'a'));
      expect(counts.toSorted((x, y) => x - y)).toEqual([1, 1, 10]);
    }
  });

  it('holds the test subset out of all folds', () => {
    const files = dataset({ a: 30, b: 30 });
    const folds = splitFolds(files, { seed: 1, folds: 3, test: 0.2 });
    for (const { train, val, test } of folds) {
      expect(test).toEqual(folds[0]!.test);
      expect(test.length).toBe(12);
      expect(train.length + val.length).toBe(48);
    }
  });

  it('keeps the folds of a class when another comes', () => {
    const before = splitFolds(dataset({ b: 40, c: 41 }), { seed: 1, folds: 5 });
    const after = splitFolds(dataset({ a: 33, b: 40, c: 41 }), { seed: 1, folds: 5 });
    for (const [k, { val }] of before.entries()) {
      expect(after[k]!.val.filter((file) => file.label !== 'a')).toEqual(val);
    }
  });

  it('moves few images when one is added', () => {
    const before = splitFolds(dataset({ a: 200, b: 40 }), { seed: 1, folds: 5 });
    const after = splitFolds(dataset({ a: 201, b: 40 }), { seed: 1, folds: 5 });
    const foldOf = new Map(before.flatMap(({ val }, k) => val.map((file) => [file.path, k])));
    const moved = after.flatMap(({ val }, k) => val.filter((file) => foldOf.get(file.path) !== k));
    expect(moved.length).toBeLessThan(60);
  });

  it('refuses too few folds, and classes smaller than the folds', () => {
    const files = dataset({ a: 30, b: 4 });
    expect(() => splitFolds(files, { seed: 1, folds: 1 })).toThrow('from 2 up, received 1');
    expect(() => splitFolds(files, { seed: 1, folds: 5 })).toThrow("'b' (4)");
  });
});
