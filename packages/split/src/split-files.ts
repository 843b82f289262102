import { Random } from '@resnet/random';

import { Bin, ensureEveryClass } from './bins.ts';
import { checkAmounts, checkFiles } from './check.ts';
import { islands, makeUnits, type Unit } from './groups.ts';
import { compareText, type LabelledFile, type Subsets } from './labelled-file.ts';
import { quotas } from './quotas.ts';

/** How {@link splitFiles} divides files. */
export interface SplitOptions {
  /** An integer: the same seed and files give the same subsets. */
  readonly seed: number;
  /** The validation subset: a fraction of each class (above 0, below 1) or a total of images (1 up). */
  readonly val: number;
  /** The test subset, likewise; none by default. */
  readonly test?: number | undefined;
  /** Files with the same answer never fall into two subsets, even across classes. */
  readonly groupOf?: ((path: string) => string) | undefined;
}

/**
 * Splits labelled files into subsets with the same mix of classes. Which images of a class go where
 * depends on the seed, the class's name and its images alone: with fractions, adding a class changes
 * nothing for the others, and adding an image moves few. The order of `files` does not matter;
 * subsets are sorted by class, then path.
 *
 * Groups are assigned whole: fractions are then met as closely as whole groups allow.
 *
 * @throws {SplitError} when it cannot be done: see {@link SplitErrorCode}
 */
export function splitFiles(files: readonly LabelledFile[], options: SplitOptions): Subsets {
  const { seed, val, test, groupOf } = options;
  checkAmounts({ seed, val, test });
  const sizes = checkFiles(files, test === undefined ? 2 : 3);
  const testQuota =
    test === undefined ? new Map<string, number>() : quotas('test', test, sizes, () => 2); // One for train, one for val.
  const valQuota = quotas('val', val, sizes, (label) => 1 + (testQuota.get(label) ?? 0));

  const subsets: { train: LabelledFile[]; val: LabelledFile[]; test: LabelledFile[] } = {
    train: [],
    val: [],
    test: [],
  };
  for (const island of islands(makeUnits(files, groupOf, new Random(seed)))) {
    const train = new Bin(island);
    const valBin = fill(train, valQuota);
    const testBin = test === undefined ? undefined : fill(train, testQuota);
    const bins = testBin === undefined ? [train, valBin] : [train, valBin, testBin];
    ensureEveryClass(bins, new Set(island.flatMap((unit) => [...unit.counts.keys()])));
    subsets.train.push(...filesOf(train));
    subsets.val.push(...filesOf(valBin));
    if (testBin !== undefined) subsets.test.push(...filesOf(testBin));
  }
  return {
    train: subsets.train.sort(compareFiles),
    val: subsets.val.sort(compareFiles),
    test: subsets.test.sort(compareFiles),
  };
}

/**
 * Moves units out of `train` until the quota is met: first, in shuffled order, those that fit
 * entirely (of single images: just the first ones); then, as long as one brings the subset closer to
 * its quota than it is, the one that does so most.
 */
function fill(train: Bin, quota: ReadonlyMap<string, number>): Bin {
  const subset = new Bin();
  const move = (unit: Unit): void => {
    train.remove(unit);
    subset.add(unit);
  };
  for (const unit of train.units) {
    const fits = [...unit.counts].every(
      ([label, n]) => subset.count(label) + n <= quota.get(label)!,
    );
    if (fits && train.canSpare(unit)) move(unit);
  }
  for (;;) {
    let best: Unit | undefined;
    let bestGain = 0;
    for (const unit of train.units) {
      const gain = gainOf(unit, subset, quota);
      if (gain > bestGain && train.canSpare(unit)) [best, bestGain] = [unit, gain];
    }
    if (best === undefined) return subset;
    move(best);
  }
}

/** By how much the subset's squared distance from its quota, relative to it, shrinks with the unit. */
function gainOf(unit: Unit, subset: Bin, quota: ReadonlyMap<string, number>): number {
  let gain = 0;
  for (const [label, n] of unit.counts) {
    const target = quota.get(label)!;
    const missing = target - subset.count(label);
    gain += (missing ** 2 - (missing - n) ** 2) / target;
  }
  return gain;
}

export function filesOf(bin: Bin): LabelledFile[] {
  return [...bin.units].flatMap((unit) => unit.files);
}

export function compareFiles(a: LabelledFile, b: LabelledFile): number {
  return compareText(a.label, b.label) || compareText(a.path, b.path);
}
