import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { compareText } from '@resnet/split';

import { forEachConcurrently } from '../for-each-concurrently.ts';

/** Files whose bytes are the same: two or more, sorted by path. */
export type Duplicates<T> = readonly T[];

/**
 * Finds files of the same content. Only files of the same size are read, and compared by SHA-256;
 * one that cannot be read equals none.
 *
 * @param root the folder that paths are relative to
 */
export async function findDuplicates<T extends { readonly path: string; readonly bytes: number }>(
  root: string,
  files: readonly T[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Duplicates<T>[]> {
  const sameSize = [...groupBy(files, (file) => file.bytes).values()].filter((g) => g.length > 1);
  const hashes = new Map<T, string>();
  await forEachConcurrently(
    sameSize.flat(),
    async (file) => {
      try {
        hashes.set(file, await hashFile(join(root, file.path), file.bytes));
      } catch {
        // It stays out of the map. Loading it will say what is wrong with it.
      }
    },
    { limit: 8, signal },
  );
  return [...groupBy([...hashes.keys()], (file) => hashes.get(file)!).values()]
    .filter((group) => group.length > 1)
    .map((group) => group.sort((a, b) => compareText(a.path, b.path)))
    .sort(([a], [b]) => compareText(a!.path, b!.path));
}

/** Small files at once: a stream costs more than it saves. */
async function hashFile(path: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  if (bytes <= 4e6) hash.update(await readFile(path));
  else await pipeline(createReadStream(path), hash);
  return hash.digest('base64');
}

/**
 * A `groupOf` for the split that also keeps files of the same content in one subset: an image seen
 * in training proves nothing in validation.
 *
 * @param groupOf the groups that were asked for; each file by itself where undefined
 */
export function keepTogether(
  duplicates: readonly Duplicates<{ readonly path: string }>[],
  groupOf?: (path: string) => string,
): ((path: string) => string) | undefined {
  if (duplicates.length === 0) return groupOf;
  const joined = new Map<string, string>();
  const keyOf = (path: string): string => {
    let key = groupOf?.(path) ?? path;
    for (let up = joined.get(key); up !== undefined; up = joined.get(key)) key = up;
    return key;
  };
  for (const [first, ...others] of duplicates) {
    for (const other of others) {
      // The smaller key wins, so that the order of the files does not matter.
      const [low, high] = [keyOf(first!.path), keyOf(other.path)].sort(compareText);
      if (low !== high) joined.set(high!, low!);
    }
  }
  return keyOf;
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}
