import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { LabelledFile, Subsets } from '@resnet/split';

import { DataError } from '../errors.ts';
import { count, plural } from '../text.ts';
import { didYouMean, missingPath } from '@resnet/files';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import { findDuplicates } from './duplicates.ts';
import { detectLayout, type DatasetLayout } from './detect-layout.ts';
import { locate, readManifest } from './manifest-file.ts';
import { planSplit, splitPlanned, type PlanOptions } from './plan-split.ts';
import { scanFolder, type Scan, type ScannedFile } from './scan-folder.ts';
import { describeBalance, describeScan } from './warnings.ts';

/** An image file and the class it shows. */
export interface Example {
  /** Absolute. */
  readonly path: string;
  /** Its class's place in {@link Dataset.classes}. */
  readonly label: number;
}

/** Labelled image files in subsets, as {@link openDataset} finds them. */
export interface Dataset {
  /** Names of the classes, by number. */
  readonly classes: readonly string[];
  readonly train: readonly Example[];
  readonly val: readonly Example[];
  readonly test: readonly Example[];
  /** The absolute path that was opened. */
  readonly path: string;
  /** A sentence for the user: what the path turned out to be, and how it was split. */
  readonly source: string;
  /** Sentences for the user: what was left out, or looks wrong. */
  readonly warnings: readonly string[];
}

/**
 * Opens what `train` accepts: a manifest that `resnet split` wrote, a folder with `train/` and
 * `val/` folders of classes, or a folder of classes, which is split here exactly as `resnet split`
 * would with the same options. Only names and first bytes are read, and files of equal size
 * compared; no image is decoded.
 *
 * @throws {FileError} PATH_MISSING when there is nothing at the path
 * @throws {DataError} MANIFEST_INVALID or DATASET_INVALID when it cannot be trained on
 * @throws {DataError} CLASS_UNKNOWN when a subset has a class that the training subset lacks
 * @throws {DataError} OPTION_INVALID when the images cannot be split as the options say
 */
export async function openDataset(path: string, options: PlanOptions): Promise<Dataset> {
  const absolute = resolve(path);
  const layout = await detectLayout(absolute);
  if (layout === undefined) throw await missingPath('file or folder', absolute);
  if (layout.kind === 'manifest') return openManifest(absolute, options.signal);
  if (layout.kind === 'subsets') return openSubsets(absolute, layout, options);
  return openClasses(absolute, options);
}

async function openManifest(path: string, signal: AbortSignal | undefined): Promise<Dataset> {
  const { manifest, root } = await readManifest(path);
  const missing = await findMissing(root, manifest.files, signal);
  const total = Object.values(manifest.files).flat().length;
  if (missing.size === total) {
    throw new DataError('DATASET_INVALID', `None of the files that ${path} lists are in ${root}`, {
      hint: 'The images or the manifest were moved: make it again with `resnet split`, or set its "root".',
    });
  }
  const { fold } = manifest.options;
  return {
    classes: manifest.classes,
    ...toExamples(root, manifest.files, manifest.classes, missing),
    path,
    source: `a manifest of ${plural(total, 'image')} in ${root}${fold === undefined ? '' : `, fold ${fold.index} of ${fold.of}`}`,
    warnings:
      missing.size === 0
        ? []
        : [
            `${plural(missing.size, 'listed file')} of ${count(total)} ${missing.size === 1 ? 'is' : 'are'} not there, as ${[...missing][0]}; left out.`,
          ],
  };
}

async function findMissing(
  root: string,
  files: Subsets,
  signal: AbortSignal | undefined,
): Promise<Set<string>> {
  const missing = new Set<string>();
  await forEachConcurrently(
    Object.values(files).flat(),
    async ({ path }: LabelledFile) => {
      await stat(locate(root, path)).catch(() => missing.add(path));
    },
    { signal },
  );
  return missing;
}

async function openClasses(path: string, options: PlanOptions): Promise<Dataset> {
  const plan = await planSplit(path, options);
  const subsets = splitPlanned(plan, options);
  const { scan, warnings } = plan;
  return {
    classes: scan.classes,
    ...toExamples(scan.root, subsets, scan.classes),
    path,
    source: `a folder of ${plural(scan.classes.length, 'class', 'classes')}, split here with seed ${options.seed}`,
    warnings,
  };
}

async function openSubsets(
  path: string,
  layout: DatasetLayout & { kind: 'subsets' },
  options: PlanOptions,
): Promise<Dataset> {
  const { signal } = options;
  const test = layout.test === undefined ? undefined : await scanSubset(path, layout.test, signal);
  if (layout.val === undefined) {
    // Without a validation subset, one is split off what there is to train on.
    const dataset = await openClasses(join(path, layout.train), { ...options, test: undefined });
    if (test !== undefined) checkSameClasses(dataset.classes, test);
    return {
      ...dataset,
      path,
      test: test === undefined ? [] : examplesOf(test.root, test.files, dataset.classes),
      source: `a folder with ${layout.train}/ and no val/: a validation subset was split off it with seed ${options.seed}`,
    };
  }
  const train = await scanSubset(path, layout.train, signal);
  const val = await scanSubset(path, layout.val, signal);
  const { classes } = train;
  if (classes.length < 2) {
    throw new DataError(
      'DATASET_INVALID',
      `${train.root} has only one class folder, '${classes[0] ?? ''}'`,
      {
        hint: 'A classifier needs at least two.',
      },
    );
  }
  const subsets = test === undefined ? [train, val] : [train, val, test];
  for (const subset of subsets.slice(1)) checkSameClasses(classes, subset);
  checkFilled(train);
  if (val.files.length === 0)
    throw new DataError('DATASET_INVALID', `There are no images in ${val.root}`);
  return {
    classes,
    train: examplesOf(train.root, train.files, classes),
    val: examplesOf(val.root, val.files, classes),
    test: test === undefined ? [] : examplesOf(test.root, test.files, classes),
    path,
    source: `a folder with ${[layout.train, layout.val, layout.test]
      .filter((name) => name !== undefined)
      .map((name) => `${name}/`)
      .join(', ')}`,
    warnings: [
      ...subsets.flatMap((subset) => describeScan(subset)),
      ...describeBalance(train.files),
      ...(await describeLeaks(path, subsets, signal)),
    ],
  };
}

function scanSubset(path: string, name: string, signal: AbortSignal | undefined): Promise<Scan> {
  return scanFolder(join(path, name), { signal });
}

function checkSameClasses(classes: readonly string[], subset: Scan): void {
  const other = subset.classes.find((label) => !classes.includes(label));
  if (other === undefined) return;
  throw new DataError(
    'CLASS_UNKNOWN',
    `${subset.root} has a class '${other}' that is not trained on`,
    {
      hint: didYouMean(other, classes) ?? `The classes are ${classes.join(', ')}.`,
    },
  );
}

function checkFilled(subset: Scan): void {
  const filled = new Set(subset.files.map((file) => file.label));
  const empty = subset.classes.filter((label) => !filled.has(label));
  if (empty.length === 0) return;
  throw new DataError(
    'DATASET_INVALID',
    `${subset.root}: there are no images of ${empty.map((label) => `'${label}'`).join(', ')}`,
    { hint: 'Add images or remove the folder.' },
  );
}

/** The same image on both sides makes the result look better than it is. */
async function describeLeaks(
  path: string,
  subsets: readonly Scan[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const files = subsets.flatMap((subset) =>
    subset.files.map((file): ScannedFile & { subset: string } => ({
      ...file,
      path: locate(subset.root, file.path).slice(path.length + 1),
      subset: subset.root,
    })),
  );
  const shared = (await findDuplicates(path, files, { signal })).filter(
    (group) => new Set(group.map((file) => file.subset)).size > 1,
  );
  if (shared.length === 0) return [];
  const example = shared[0]!.map((file) => file.path).join(' = ');
  return [
    `${plural(shared.length, 'image')} ${shared.length === 1 ? 'is' : 'are'} in more than one subset, as ${example}: results will look better than they are.`,
  ];
}

function toExamples(
  root: string,
  subsets: Subsets,
  classes: readonly string[],
  missing: ReadonlySet<string> = new Set(),
): Pick<Dataset, 'train' | 'val' | 'test'> {
  const subset = (files: readonly LabelledFile[]): Example[] =>
    examplesOf(
      root,
      files.filter(({ path }) => !missing.has(path)),
      classes,
    );
  return { train: subset(subsets.train), val: subset(subsets.val), test: subset(subsets.test) };
}

export function examplesOf(
  root: string,
  files: readonly LabelledFile[],
  classes: readonly string[],
): Example[] {
  const numbers = new Map(classes.map((label, number) => [label, number]));
  return files.map(({ path, label }) => ({ path: locate(root, path), label: numbers.get(label)! }));
}
