import { join } from 'node:path';

import {
  checkClasses,
  groupByPattern,
  splitFiles,
  splitFolds,
  SplitError,
  type Subsets,
} from '@resnet/split';

import { DataError } from '../errors.ts';
import { count, plural } from '../text.ts';
import { findDuplicates, keepTogether, type Duplicates } from './duplicates.ts';
import { detectLayout } from './detect-layout.ts';
import { scanFolder, type Scan, type ScannedFile } from './scan-folder.ts';
import { explainSplit } from './split-errors.ts';
import { describeBalance, describeDuplicates, describeScan } from './warnings.ts';

/** How images are divided: `val` is a fraction of each class (below 1) or a total of images. */
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
  /** Sentences for the user: what was left out, or looks wrong. */
  readonly warnings: readonly string[];
}

/**
 * Looks a folder of class folders through. Files of the same content form one group.
 *
 * @throws {FileError} PATH_MISSING when there is no such folder
 * @throws {DataError} DATASET_INVALID when it is split already, or has fewer than two classes with images
 * @throws {DataError} OPTION_INVALID when `groupBy` matches no image
 */
export async function planSplit(
  folder: string,
  { groupBy, signal }: Pick<PlanOptions, 'groupBy' | 'signal'>,
): Promise<SplitPlan> {
  if ((await detectLayout(folder))?.kind === 'subsets') {
    throw new DataError(
      'DATASET_INVALID',
      `${folder} is split already: it has a train folder with classes in it`,
      {
        hint: 'Train on it as it is, or split the folder that it was made from.',
      },
    );
  }
  const scan = await scanFolder(folder, { signal });
  checkScan(scan);
  const duplicates = await findDuplicates(scan.root, scan.files, { signal });
  const warnings = [
    ...describeScan(scan),
    ...describeBalance(scan.files),
    ...describeDuplicates(duplicates),
  ];
  if (groupBy === undefined) {
    return { scan, duplicates, groupOf: keepTogether(duplicates), warnings };
  }
  const ungrouped = checkPattern(groupBy, scan);
  return {
    scan,
    duplicates,
    groupOf: keepTogether(duplicates, groupByPattern(groupBy)),
    warnings: ungrouped === undefined ? warnings : [...warnings, ungrouped],
  };
}

/**
 * A pattern that matches nothing groups nothing, and nobody would notice.
 *
 * @returns a warning where it misses some
 */
function checkPattern(groupBy: RegExp, { root, files }: Scan): string | undefined {
  const pattern = new RegExp(groupBy.source, groupBy.flags.replaceAll(/[gy]/g, ''));
  const missed = files.filter(({ path }) => !pattern.test(path));
  if (missed.length === 0) return undefined;
  if (missed.length === files.length) {
    throw new DataError(
      'OPTION_INVALID',
      `\`groupBy\` ${groupBy.source} matches none of the images in ${root}`,
      {
        hint: `It is matched against paths like ${missed[0]!.path}`,
      },
    );
  }
  return `${plural(missed.length, 'image')} of ${count(files.length)} ${missed.length === 1 ? 'is' : 'are'} not matched by \`groupBy\`, as ${missed[0]!.path}: each is a group of its own.`;
}

function checkScan(scan: Scan): void {
  const { root, classes, files, unreadable, outside } = scan;
  explainSplit(() => {
    if (classes.length === 0) {
      throw new SplitError(
        'CLASSES_MISSING',
        `there are no class folders${outside.length > 0 ? `, only ${outside.length} files` : ''}`,
        { hint: 'Put the images into one sub-folder a class, as cats/ and dogs/.' },
      );
    }
    if (classes.length === 1) {
      throw new SplitError('CLASSES_TOO_FEW', `there is only one class folder, '${classes[0]}'`, {
        hint: 'A classifier needs at least two: put the images of each class into a sub-folder of its own.',
      });
    }
  }, root);
  // A class that looks empty may only be locked: that is another thing to mend.
  const locked = unreadable.find(
    ({ path }) => !path.includes('/') && classes.includes(path.normalize('NFC')),
  );
  if (locked !== undefined) {
    throw new DataError(
      'FILE_UNREADABLE',
      `${join(root, locked.path)} cannot be read: ${locked.reason}`,
    );
  }
  explainSplit(() => {
    checkClasses(classes, files);
  }, root);
}

/**
 * Divides planned images into subsets.
 *
 * @throws {DataError} OPTION_INVALID for options out of range
 * @throws {DataError} DATASET_INVALID when a class has too few images or groups for it
 */
export function splitPlanned(plan: SplitPlan, options: PlanOptions): Subsets {
  const { scan, groupOf } = plan;
  const { seed, val, test } = options;
  return explainSplit(() => splitFiles(plainFiles(scan), { seed, val, test, groupOf }), scan.root);
}

/**
 * Divides planned images into folds for cross-validation: of each, the training and validation subsets.
 *
 * @throws {DataError} as {@link splitPlanned}
 */
export function foldPlanned(
  plan: SplitPlan,
  options: Pick<PlanOptions, 'seed' | 'test'> & { readonly folds: number },
): Subsets[] {
  const { scan, groupOf } = plan;
  const { seed, test, folds } = options;
  return explainSplit(
    () => splitFolds(plainFiles(scan), { seed, folds, test, groupOf }),
    scan.root,
  );
}

function plainFiles(scan: Scan): { path: string; label: string }[] {
  return scan.files.map(({ path, label }) => ({ path, label }));
}
