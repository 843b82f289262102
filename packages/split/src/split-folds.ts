import { Random } from '@resnet/random';

import { Bin, ensureEveryClass } from './bins.ts';
import { checkAmounts, checkFiles } from './check.ts';
import { SplitError } from './errors.ts';
import { islands, makeUnits, type Unit } from './groups.ts';
import type { LabelledFile, Subsets } from './labelled-file.ts';
import { compareFiles, filesOf, splitFiles } from './split-files.ts';

/** How {@link splitFolds} divides files for cross-validation. */
export interface FoldOptions {
  /** An integer: the same seed and files give the same folds. */
  readonly seed: number;
  /** How many, at least 2. */
  readonly folds: number;
  /** Held out of all folds first: a fraction of each class or a total of images; none by default. */
  readonly test?: number | undefined;
  /** Files with the same answer never fall into two folds, even across classes. */
  readonly groupOf?: ((path: string) => string) | undefined;
}

/**
 * Stratified, grouped k-fold cross-validation: element k has fold k as `val` and the other folds
 * as `train`; the `val`s are disjoint and together all that is not `test`. Classes are spread
 * evenly (to one image, where there are no groups).
 *
 * @throws {SplitError} when it cannot be done: see {@link SplitErrorCode}
 */
export function splitFolds(files: readonly LabelledFile[], options: FoldOptions): Subsets[] {
  const { seed, folds, test, groupOf } = options;
  if (!Number.isSafeInteger(folds) || folds < 2) {
    throw new SplitError(
      'OPTION_INVALID',
      `folds: expected a whole number from 2 up, received ${folds}`,
    );
  }
  checkAmounts({ seed, test });
  checkFiles(files, test === undefined ? folds : folds + 1);
  const held = test === undefined ? undefined : splitFiles(files, { seed, val: test, groupOf });
  const rest = held?.train ?? files;
  checkFiles(rest, folds);

  const vals = Array.from({ length: folds }, (): LabelledFile[] => []);
  for (const island of islands(makeUnits(rest, groupOf, new Random(seed)))) {
    const bins = deal(island, folds);
    for (const [k, bin] of bins.entries()) vals[k]!.push(...filesOf(bin));
  }
  return vals.map((val, k) => ({
    train: vals.flatMap((other, j) => (j === k ? [] : other)).sort(compareFiles),
    val: val.toSorted(compareFiles),
    test: held?.val ?? [],
  }));
}

/**
 * Large units first. A unit goes to the fold that its rank prefers while that has room, so that
 * new files change little; else to where it unbalances the classes least.
 */
function deal(island: readonly Unit[], folds: number): Bin[] {
  const sizes = new Map<string, number>();
  for (const { counts } of island) {
    for (const [label, n] of counts) sizes.set(label, (sizes.get(label) ?? 0) + n);
  }
  const bins = Array.from({ length: folds }, () => new Bin());
  const largestFirst = island.toSorted((a, b) => b.files.length - a.files.length);
  for (const unit of largestFirst) {
    const preferred = bins[unit.rank % folds]!;
    const fits = [...unit.counts].every(
      ([label, n]) => preferred.count(label) + n <= Math.floor(sizes.get(label)! / folds),
    );
    const bin = fits
      ? preferred
      : bins.reduce((best, one) =>
          burden(unit, one, sizes) < burden(unit, best, sizes) ? one : best,
        );
    bin.add(unit);
  }
  ensureEveryClass(bins, sizes.keys());
  return bins;
}

/** The growth of the fold's sum of squared counts, each class relative to its size. */
function burden(unit: Unit, bin: Bin, sizes: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [label, n] of unit.counts) {
    sum += (n * (2 * bin.count(label) + n)) / sizes.get(label)! ** 2;
  }
  return sum;
}
