import { Random } from '@resnet/random';
import { describe, expect, it } from 'vitest';

import type { LabelledFile, Subsets } from './labelled-file.ts';
import { splitFiles } from './split-files.ts';

/** Classes of the given sizes: 'a/0.png', 'a/1.png', ... */
function dataset(sizes: Readonly<Record<string, number>>): LabelledFile[] {
  return Object.entries(sizes).flatMap(([label, n]) =>
    Array.from({ length: n }, (_, i) => ({ path: `${label}/${i}.png`, label })),
  );
}

function countOf(files: readonly LabelledFile[], label: string): number {
  return files.filter((file) => file.label === label).length;
}

function pathsOf(files: readonly LabelledFile[], label?: string): string[] {
  return files.filter((f) => label === undefined || f.label === label).map((f) => f.path);
}

function expectPartition(subsets: Subsets, files: readonly LabelledFile[]): void {
  const all = [...subsets.train, ...subsets.val, ...subsets.test];
  expect(pathsOf(all).sort()).toEqual(pathsOf(files).sort());
}

describe('splitFiles', () => {
  it('takes the fraction of every class', () => {
    const files = dataset({ a: 100, b: 50, c: 13 });
    const { train, val, test } = splitFiles(files, { seed: 1, val: 0.2, test: 0.1 });
    expect([countOf(val, 'a'), countOf(val, 'b'), countOf(val, 'c')]).toEqual([20, 10, 3]);
    expect([countOf(test, 'a'), countOf(test, 'b'), countOf(test, 'c')]).toEqual([10, 5, 1]);
    expectPartition({ train, val, test }, files);
  });

  it('takes a count as the total, dealt out in proportion', () => {
    const files = dataset({ a: 100, b: 50, c: 13 });
    const { val, test } = splitFiles(files, { seed: 1, val: 40, test: 3 });
    expect(val.length).toBe(40);
    // 40 * [100, 50, 13] / 163 = 24.54, 12.27, 3.19: the largest remainder is a's.
    expect([countOf(val, 'a'), countOf(val, 'b'), countOf(val, 'c')]).toEqual([25, 12, 3]);
    expect([countOf(test, 'a'), countOf(test, 'b'), countOf(test, 'c')]).toEqual([1, 1, 1]);
  });

  it('shuffles: a subset is not just the first files', () => {
    const { val } = splitFiles(dataset({ a: 100, b: 100 }), { seed: 1, val: 20 });
    const numbers = pathsOf(val, 'a').map((path) => Number(/\d+/.exec(path)![0]));
    expect(Math.max(...numbers)).toBeGreaterThan(50);
    expect(Math.min(...numbers)).toBeLessThan(50);
  });

  it('depends on the seed, and not on the order of the files', () => {
    const files = dataset({ a: 40, b: 40 });
    const subsets = splitFiles(files, { seed: 1, val: 0.25 });
    expect(splitFiles(new Random(5).shuffle(files), { seed: 1, val: 0.25 })).toEqual(subsets);
    expect(splitFiles(files, { seed: 2, val: 0.25 })).not.toEqual(subsets);
  });

  it('keeps the subsets of a class when another class comes or goes', () => {
    const options = { seed: 3, val: 0.2, test: 0.1 };
    const before = splitFiles(dataset({ b: 50, c: 30 }), options);
    const after = splitFiles(dataset({ a: 20, b: 50, c: 30, d: 9 }), options);
    for (const subset of ['train', 'val', 'test'] as const) {
      for (const label of ['b', 'c']) {
        expect(pathsOf(after[subset], label)).toEqual(pathsOf(before[subset], label));
      }
    }
  });

  it('moves few images when some are added', () => {
    const options = { seed: 3, val: 0.2 };
    const before = new Set(pathsOf(splitFiles(dataset({ a: 200, b: 200 }), options).val));
    const after = pathsOf(splitFiles(dataset({ a: 210, b: 200 }), options).val);
    expect(after.filter((path) => !before.has(path)).length).toBeLessThanOrEqual(12);
  });

  it('gives the same subsets for names in either Unicode form', () => {
    const files = Array.from({ length: 40 }, (_, i) => ({ path: `café/é${i}`, label: 'café' }));
    const all = [...files, ...dataset({ b: 4 })];
    const decomposed = all.map(({ path, label }) => ({
      path: path.normalize('NFD'),
      label: label.normalize('NFD'),
    }));
    const a = splitFiles(all, { seed: 1, val: 0.3 });
    const b = splitFiles(decomposed, { seed: 1, val: 0.3 });
    expect(pathsOf(b.val).map((path) => path.normalize('NFC'))).toEqual(pathsOf(a.val));
  });

  it('keeps groups whole, even across classes, and the fractions close', () => {
    const random = new Random('property');
    for (let round = 0; round < 200; round++) {
      const { files, groupOf } = randomGrouped(random.fork(round));
      const subsets = splitFiles(files, { seed: round, val: 0.2, test: 0.2, groupOf });
      expectPartition(subsets, files);
      const subsetOf = new Map<string, string>();
      for (const name of ['train', 'val', 'test'] as const) {
        for (const { path } of subsets[name]) {
          const group = groupOf(path);
          expect(subsetOf.get(group) ?? name).toBe(name);
          subsetOf.set(group, name);
        }
      }
      for (const label of new Set(files.map((file) => file.label))) {
        const n = countOf(files, label);
        for (const subset of [subsets.val, subsets.test]) {
          expect(countOf(subset, label)).toBeGreaterThan(0);
          // Groups have at most 4 files of a class, so whole ones come this close.
          expect(Math.abs(countOf(subset, label) - 0.2 * n)).toBeLessThanOrEqual(4);
        }
        expect(countOf(subsets.train, label)).toBeGreaterThan(0);
      }
    }
  });

  it('finds the only way to spread few large groups', () => {
    const files = [
      ...dataset({ a: 12, b: 4 }),
      { path: 'a/x-0', label: 'a' },
      { path: 'a/x-1', label: 'a' },
    ];
    const groupOf = (path: string): string =>
      path.startsWith('a/x') ? 'x' : path.startsWith('a/') ? 'rest of a' : path;
    const { val, train } = splitFiles(files, { seed: 0, val: 0.01, groupOf });
    expect(pathsOf(val, 'a')).toEqual(['a/x-0', 'a/x-1']);
    expect(countOf(train, 'a')).toBe(12);
  });

  const failures: [string, string, Readonly<Record<string, number>>, object][] = [
    ['no images', 'CLASSES_MISSING', {}, {}],
    ['one class', 'CLASSES_TOO_FEW', { a: 10 }, {}],
    ['a class with one image', 'CLASS_TOO_SMALL', { a: 10, b: 1 }, {}],
    ['a class too small for three subsets', 'CLASS_TOO_SMALL', { a: 10, b: 2 }, { test: 0.1 }],
    ['a class that is one group', 'CLASS_TOO_SMALL', { a: 9, b: 9 }, { groupOf: () => 'one' }],
    ['a fraction of nothing', 'OPTION_INVALID', { a: 9, b: 9 }, { val: 0 }],
    ['a negative fraction', 'OPTION_INVALID', { a: 9, b: 9 }, { val: -0.1 }],
    ['not a number', 'OPTION_INVALID', { a: 9, b: 9 }, { val: Number.NaN }],
    ['a fraction above one', 'OPTION_INVALID', { a: 9, b: 9 }, { val: 1.5 }],
    ['a count below the classes', 'OPTION_INVALID', { a: 9, b: 9 }, { val: 1 }],
    ['a count that leaves nothing', 'OPTION_INVALID', { a: 9, b: 9 }, { val: 17 }],
    ['fractions that leave nothing', 'OPTION_INVALID', { a: 9, b: 9 }, { val: 0.5, test: 0.5 }],
    ['a seed that is no integer', 'OPTION_INVALID', { a: 9, b: 9 }, { seed: 0.5 }],
  ];
  it.each(failures)('refuses %s: %s', (_, code, sizes, options) => {
    const split = (): Subsets => splitFiles(dataset(sizes), { seed: 0, val: 0.2, ...options });
    expect(split).toThrow(expect.objectContaining({ name: 'SplitError', code }));
  });

  it('refuses a file listed twice', () => {
    const files = [...dataset({ a: 5, b: 5 }), { path: 'a/1.png', label: 'b' }];
    expect(() => splitFiles(files, { seed: 0, val: 0.2 })).toThrow("'a/1.png' is listed twice");
  });

  it('is quick on many images', () => {
    const files = dataset({ a: 50_000, b: 50_000 });
    const { val } = splitFiles(files, { seed: 0, val: 0.1, groupOf: (p) => p.slice(0, -5) });
    expect(val.length).toBeGreaterThan(9_000);
    expect(val.length).toBeLessThan(11_000);
  });
});

/** A few classes, groups of 1 to 4 files; some groups hold files of two neighbouring classes. */
function randomGrouped(random: Random): {
  files: LabelledFile[];
  groupOf: (path: string) => string;
} {
  const files: LabelledFile[] = [];
  const classes = 2 + random.integer(5);
  for (let c = 0; c < classes; c++) {
    const groups = 12 + random.integer(20);
    for (let g = 0; g < groups; g++) {
      const shared = c > 0 && random.chance(0.1);
      const group = shared ? `group${c - 1}-${random.integer(12)}x` : `group${c}-${g}x`;
      const taken = new Set(files.map((file) => file.path));
      const size = 1 + random.integer(4);
      for (let i = 0; i < size; i++) {
        const path = `class${c}/${group}-${i}.jpg`;
        if (!taken.has(path)) files.push({ path, label: `class${c}` });
      }
    }
  }
  return { files, groupOf: (path) => /group[\d-]+x/.exec(path)![0] };
}
