import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { FileError } from './errors.ts';
import { didYouMean } from './suggest.ts';

/**
 * The error for a path that is not there; its hint names what is there and almost called so.
 *
 * @param what was expected, as 'folder'
 */
export async function missingPath(
  what: 'file' | 'folder' | 'file or folder',
  path: string,
): Promise<FileError> {
  const names = await readdir(dirname(path)).catch(() => []);
  const visible = names.filter((name) => !name.startsWith('.'));
  return new FileError('PATH_MISSING', `There is no ${what} ${path}`, {
    hint: didYouMean(basename(path), visible),
  });
}
