import { readFile } from 'node:fs/promises';
import { parse } from 'node:path';

import { formatManifest, parseManifest, SplitError, type Subsets } from '@resnet/split';

import { FailureError, UsageError } from '../../errors.ts';
import { rootFor, type Scan } from '@resnet/data';
import { hasCode, writeWhole } from '@resnet/files';

/** What was asked for, defaults filled in. */
export interface SplitRequest {
  readonly seed: number;
  /** Undefined with folds. */
  readonly val: number | undefined;
  readonly test: number | undefined;
  readonly folds: number | undefined;
  readonly groupBy: RegExp | undefined;
}

/** Manifests that may be written, and are not yet. */
export interface PreparedManifests {
  readonly paths: readonly string[];
  write(): Promise<void>;
}

/**
 * Prepares a manifest a split: `split.json`, or with folds `split.fold1.json` and so on. One that
 * says the same already is left alone.
 *
 * @throws {UsageError} where another file is; with `force`, unless that is a manifest too
 */
export async function prepareManifests(options: {
  /** Absolute. */
  readonly path: string;
  readonly scan: Scan;
  readonly splits: readonly Subsets[];
  readonly request: SplitRequest;
  readonly force: boolean;
}): Promise<PreparedManifests> {
  const { path, scan, splits, request, force } = options;
  const { seed, val, test, folds, groupBy } = request;
  const texts = new Map(
    splits.map((files, k): [string, string] => [
      folds === undefined ? path : foldPath(path, k + 1),
      formatManifest({
        version: 1,
        root: rootFor(path, scan.root),
        classes: scan.classes,
        options: {
          seed,
          ...(val !== undefined && { val }),
          ...(test !== undefined && { test }),
          ...(groupBy !== undefined && { groupBy: groupBy.source }),
          ...(folds !== undefined && { fold: { index: k + 1, of: folds } }),
        },
        files,
      }),
    ]),
  );
  const fresh: [string, string][] = [];
  for (const [one, text] of texts) {
    if (await mayWrite(one, text, force)) fresh.push([one, text]);
  }
  return {
    paths: [...texts.keys()],
    async write() {
      for (const [one, text] of fresh) await write(one, text);
    },
  };
}

function foldPath(path: string, fold: number): string {
  const { dir, name, ext } = parse(path);
  return `${dir === '' || dir.endsWith('/') ? dir : `${dir}/`}${name}.fold${fold}${ext}`;
}

/** False where the file says the same already. */
async function mayWrite(path: string, text: string, force: boolean): Promise<boolean> {
  let present: string;
  try {
    present = await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return true;
    if (hasCode(error, 'EISDIR')) {
      throw new UsageError(`--out ${path} is a folder`, {
        hint: 'Name a file, as --out split.json, or use --into for a folder of subsets.',
      });
    }
    throw error;
  }
  if (present === text) return false;
  if (!isManifest(present)) {
    throw new UsageError(`${path} is there, and is no split manifest`, {
      hint: 'Choose another name with --out.',
    });
  }
  if (!force) {
    throw new UsageError(`${path} is there, with another split`, {
      hint: '--force replaces it; --out names another file.',
    });
  }
  return true;
}

function isManifest(text: string): boolean {
  try {
    parseManifest(text);
    return true;
  } catch (error) {
    if (error instanceof SplitError) return false;
    throw error;
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) {
      throw new UsageError(`There is no folder for ${path}`, { cause: error });
    }
    if (hasCode(error, 'EACCES', 'EROFS')) {
      throw new FailureError(`${path} cannot be written: permission denied`, {
        hint: 'Choose another place with --out.',
        cause: error,
      });
    }
    throw error;
  }
}
