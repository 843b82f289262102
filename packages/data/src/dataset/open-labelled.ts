import { resolve } from 'node:path';

import type { LabelledFile } from '@resnet/split';

import { DataError } from '../errors.ts';
import { plural } from '../text.ts';
import { didYouMean, missingPath } from '@resnet/files';
import { detectLayout, type DatasetLayout } from './detect-layout.ts';
import { locate, readManifest } from './manifest-file.ts';
import type { Example } from './open-dataset.ts';
import { scanFolder } from './scan-folder.ts';
import { describeScan } from './warnings.ts';

/** The subsets that a manifest, or a folder of subsets, may have. */
export type SubsetName = 'train' | 'val' | 'test';

/** Labelled image files to evaluate on, as {@link openLabelled} finds them. */
export interface LabelledSet {
  readonly examples: readonly Example[];
  /** A sentence for the user: what is evaluated on. */
  readonly source: string;
  readonly warnings: readonly string[];
}

/**
 * Opens what `evaluate` accepts: of a manifest or a folder with subsets, the subset asked for (by
 * default test where there is one, else val); of a folder of classes, all of it. Classes are
 * matched by name to the model's; it may know more than there are here.
 *
 * @throws {FileError} PATH_MISSING when there is nothing at the path
 * @throws {DataError} MANIFEST_INVALID or DATASET_INVALID when there are no labelled images
 * @throws {DataError} SUBSET_MISSING when it has no such subset
 * @throws {DataError} CLASS_UNKNOWN when it has a class that the model does not know
 */
export async function openLabelled(
  path: string,
  options: {
    /** The model's classes, by number. */
    readonly classes: readonly string[];
    readonly subset?: SubsetName | 'all' | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<LabelledSet> {
  const absolute = resolve(path);
  const { classes, subset } = options;
  const layout = await detectLayout(absolute);
  if (layout === undefined) throw await missingPath('file or folder', absolute);
  const { files, source, warnings } = await collect(absolute, layout, subset, options.signal);
  if (files.length === 0)
    throw new DataError('DATASET_INVALID', `There are no images in ${source}`);
  const numbers = new Map(classes.map((label, number) => [label.normalize('NFC'), number]));
  const examples = files.map(({ absolute, label }): Example => {
    const number = numbers.get(label.normalize('NFC'));
    if (number === undefined) {
      throw new DataError(
        'CLASS_UNKNOWN',
        `${source} has a class '${label}' that the model does not know`,
        {
          hint: didYouMean(label, classes) ?? `Its classes are ${shortened(classes)}.`,
        },
      );
    }
    return { path: absolute, label: number };
  });
  return { examples, source, warnings };
}

interface Collected {
  readonly files: readonly { readonly absolute: string; readonly label: string }[];
  readonly source: string;
  readonly warnings: readonly string[];
}

async function collect(
  path: string,
  layout: DatasetLayout,
  subset: SubsetName | 'all' | undefined,
  signal: AbortSignal | undefined,
): Promise<Collected> {
  if (layout.kind === 'manifest') {
    const { manifest, root } = await readManifest(path);
    const { test, val, train } = manifest.files;
    const name = subset ?? (test.length > 0 ? 'test' : 'val');
    const files = name === 'all' ? [...train, ...val, ...test] : manifest.files[name];
    return {
      files: located(root, files),
      source: name === 'all' ? path : `the ${name} subset of ${path}`,
      warnings: [],
    };
  }
  if (layout.kind === 'subsets') {
    const wanted = subset ?? (layout.test === undefined ? 'val' : 'test');
    const names = wanted === 'all' ? (['train', 'val', 'test'] as const) : [wanted];
    const folders = names.flatMap((name) => layout[name] ?? []);
    if (folders.length === 0) {
      throw new DataError('SUBSET_MISSING', `${path} has no ${wanted} folder`, {
        hint: `Choose a subset that it has, such as ${layout.val === undefined ? 'train' : 'val'}.`,
      });
    }
    const scans = [];
    for (const folder of folders) scans.push(await scanFolder(locate(path, folder), { signal }));
    return {
      files: scans.flatMap((scan) => located(scan.root, scan.files)),
      source: folders.map((folder) => locate(path, folder)).join(', '),
      warnings: scans.flatMap((scan) => describeScan(scan)),
    };
  }
  if (subset !== undefined && subset !== 'all') {
    throw new DataError('SUBSET_MISSING', `${path} is not split, so it has no ${subset} subset`, {
      hint: 'Name no subset to use all images, or name a manifest (split.json).',
    });
  }
  const scan = await scanFolder(path, { signal });
  if (scan.classes.length === 0) {
    throw new DataError('DATASET_INVALID', `${path} has no class folders`, {
      hint:
        scan.outside.length > 0
          ? `It holds ${plural(scan.outside.length, 'file')}; \`resnet predict\` takes images without labels.`
          : 'Put the images into sub-folders named after their classes.',
    });
  }
  return { files: located(scan.root, scan.files), source: path, warnings: describeScan(scan) };
}

function located(root: string, files: readonly LabelledFile[]): Collected['files'] {
  return files.map(({ path, label }) => ({ absolute: locate(root, path), label }));
}

function shortened(classes: readonly string[]): string {
  return classes.length <= 12
    ? classes.join(', ')
    : `${classes.slice(0, 12).join(', ')} and ${classes.length - 12} more`;
}
