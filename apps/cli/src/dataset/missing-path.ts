import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

import { UsageError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';

/**
 * The error for a path that is not there; its hint names what is there and almost called so.
 *
 * @param what was expected, as 'folder'
 */
export async function missingPath(
  what: 'file' | 'folder' | 'file or folder',
  path: string,
): Promise<UsageError> {
  const names = await readdir(dirname(path)).catch(() => []);
  const visible = names.filter((name) => !name.startsWith('.'));
  return new UsageError(`There is no ${what} ${path}`, {
    hint: didYouMean(basename(path), visible),
  });
}
