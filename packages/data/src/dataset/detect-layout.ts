import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode } from '@resnet/files';

/** How labelled images may lie on the disk. */
export type DatasetLayout =
  | { readonly kind: 'manifest' }
  | { readonly kind: 'classes' }
  | {
      readonly kind: 'subsets';
      /** The sub-folders' names; validation goes by several. */
      readonly train: string;
      readonly val: string | undefined;
      readonly test: string | undefined;
    };

/**
 * A file is a manifest. A folder whose sub-folder `train` has sub-folders of its own is split; any
 * other holds classes (one of which may be called train). Undefined: there is nothing.
 */
export async function detectLayout(path: string): Promise<DatasetLayout | undefined> {
  let names: string[];
  try {
    names = await readdir(path);
  } catch (error) {
    if (hasCode(error, 'ENOTDIR')) return { kind: 'manifest' };
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const train = names.find((name) => name.toLowerCase() === 'train');
  if (train === undefined || !(await hasSubfolder(join(path, train)))) return { kind: 'classes' };
  const find = (...wanted: readonly string[]): string | undefined =>
    wanted
      .map((one) => names.find((name) => name.toLowerCase() === one))
      .find((name) => name !== undefined);
  return { kind: 'subsets', train, val: find('val', 'valid', 'validation'), test: find('test') };
}

async function hasSubfolder(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (hasCode(error, 'ENOTDIR')) return [];
    throw error;
  });
  for (const name of names) {
    if (name.startsWith('.')) continue;
    const entry = await stat(join(folder, name)).catch(() => undefined);
    if (entry?.isDirectory() === true) return true;
  }
  return false;
}
