import { join } from 'node:path';

import {
  checkClasses,
  groupByPattern,
  splitFiles,
  splitFolds,
  SplitError,
  type Parts,
} from '@resnet/split';

import { FailureError, UsageError } from '../errors.ts';
import { findDuplicates, keepTogether, type Duplicates } from './duplicates.ts';
import { detectLayout } from './layout.ts';
import { scanDataset, type Scan, type ScannedFile } from './scan.ts';
import { usageOfSplit } from './split-errors.ts';

export interface PlanOptions {
  readonly seed: number;
  readonly val: number;
  readonly test?: number | undefined;
  readonly groupBy?: RegExp | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A folder of class folders, looked through and ready to be split. */
export interface SplitPlan {
  readonly scan: Scan;
  readonly duplicates: readonly Duplicates<ScannedFile>[];
  readonly groupOf: ((path: string) => string) | undefined;
}

/**
 * Looks a folder of class folders through. Files of the same content form one group.
 *
 * @throws {UsageError} for a folder that cannot be split: split before, no classes, an empty one
 */
export async function planSplit(
  folder: string,
  { groupBy, signal }: Pick<PlanOptions, 'groupBy' | 'signal'>,
): Promise<SplitPlan> {
  if ((await detectLayout(folder))?.kind === 'parts') {
    throw new UsageError(`${folder} is split already: it has a train folder with classes in it`, {
      hint: 'Train on it as it is, or split the folder that it was made from.',
    });
  }
  const scan = await scanDataset(folder, { signal });
  checkScan(scan);
  const duplicates = await findDuplicates(scan.root, scan.files, { signal });
  const groupOf = groupBy === undefined ? undefined : groupByPattern(groupBy);
  return { scan, duplicates, groupOf: keepTogether(duplicates, groupOf) };
}

function checkScan(scan: Scan): void {
  const { root, classes, files, unreadable, outside } = scan;
  usageOfSplit(() => {
    if (classes.length === 0) {
      throw new SplitError(
        'NO_CLASSES',
        `there are no class folders${outside.length > 0 ? `, only ${outside.length} files` : ''}`,
        'Put the pictures into one sub-folder a class, as cats/ and dogs/.',
      );
    }
    if (classes.length === 1) {
      throw new SplitError(
        'ONE_CLASS',
        `there is only one class folder, '${classes[0]}'`,
        'A classifier needs at least two: put the pictures of each class into a sub-folder of its own.',
      );
    }
  }, root);
  // A class that looks empty may only be locked: that is another thing to mend.
  const locked = unreadable.find(
    ({ path }) => !path.includes('/') && classes.includes(path.normalize('NFC')),
  );
  if (locked !== undefined) {
    throw new FailureError(`${join(root, locked.path)} cannot be read: ${locked.reason}`);
  }
  usageOfSplit(() => {
    checkClasses(classes, files);
  }, root);
}

/** @throws {UsageError} when it cannot be done as asked */
export function splitPlanned(plan: SplitPlan, options: PlanOptions): Parts {
  const { scan, groupOf } = plan;
  const { seed, val, test } = options;
  return usageOfSplit(() => splitFiles(plainFiles(scan), { seed, val, test, groupOf }), scan.root);
}

/** @throws {UsageError} when it cannot be done as asked */
export function foldPlanned(
  plan: SplitPlan,
  options: Pick<PlanOptions, 'seed' | 'test'> & { readonly folds: number },
): Parts[] {
  const { scan, groupOf } = plan;
  const { seed, test, folds } = options;
  return usageOfSplit(
    () => splitFolds(plainFiles(scan), { seed, folds, test, groupOf }),
    scan.root,
  );
}

function plainFiles(scan: Scan): { path: string; label: string }[] {
  return scan.files.map(({ path, label }) => ({ path, label }));
}
