import { lstat, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hasCode, writeWhole } from '@resnet/files';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import { locate } from '../dataset/manifest-file.ts';

/**
 * What we put into a folder, so that later we remove that and nothing else: by path, how a file
 * was when we made it, a link's target or a file's size and time.
 */
export type MadeFiles = ReadonlyMap<string, string>;

/** Hidden, so that no one takes it for a class or an image. */
const recordName = '.resnet-split.json';

/** Empty where there is no record, or none that can be read: then nothing is known to be ours. */
export async function readRecord(folder: string): Promise<MadeFiles> {
  try {
    const json: unknown = JSON.parse(await readFile(join(folder, recordName), 'utf8'));
    if (typeof json !== 'object' || json === null) return new Map();
    return new Map(
      Object.entries(json).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string',
      ),
    );
  } catch {
    return new Map();
  }
}

export async function writeRecord(folder: string, files: MadeFiles): Promise<void> {
  await writeWhole(
    join(folder, recordName),
    `${JSON.stringify(Object.fromEntries(files), undefined, 0)}\n`,
  );
}

export function isRecord(name: string): boolean {
  return name === recordName;
}

/** How a file is now; undefined where there is none. */
export async function markOf(path: string): Promise<string | undefined> {
  try {
    const entry = await lstat(path);
    if (entry.isSymbolicLink()) return `-> ${await readlink(path)}`;
    return entry.isFile() ? fileMark(entry) : 'other';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** Whole seconds: file systems differ in what they keep of the rest. */
export function fileMark(entry: { readonly size: number; readonly mtimeMs: number }): string {
  return `${entry.size} bytes, ${Math.floor(entry.mtimeMs / 1000)}`;
}

/** Removes what we made and nobody changed since, and the folders that this empties. */
export async function removeMade(folder: string, files: MadeFiles): Promise<void> {
  await forEachConcurrently([...files], async ([path, mark]) => {
    const place = locate(folder, path);
    if ((await markOf(place)) === mark) await rm(place, { force: true });
  });
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (let up = dirname(path); up !== '.'; up = dirname(up)) folders.add(up);
  }
  for (const one of [...folders].sort((a, b) => b.length - a.length)) {
    await rmdir(locate(folder, one)).catch(() => undefined); // Not empty: others' files are there.
  }
}
