import { constants } from 'node:fs';
import {
  copyFile,
  link,
  mkdir,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  utimes,
} from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

import type { LabelledFile } from '@resnet/split';

import { DataError } from '../errors.ts';
import { forEachConcurrently } from '../for-each-concurrently.ts';
import {
  fileMark,
  markOf,
  readRecord,
  removeMade,
  writeRecord,
  type MadeFiles,
} from './made-files.ts';
import { locate } from '../dataset/manifest-file.ts';
import { explainPlacing, type PlaceMode } from './placing-errors.ts';
import { checkTarget, findForeign, nearestExisting, stagePrefix } from './target-folder.ts';

/** What {@link exportSplit} writes, and where. */
export interface ExportSplitOptions {
  /** The folder that the files' paths are relative to. */
  readonly root: string;
  /** Files by the folder, relative to `into`, that they go to: 'train', 'fold1/val'. */
  readonly subsets: ReadonlyMap<string, readonly LabelledFile[]>;
  readonly into: string;
  readonly mode: PlaceMode;
  /** Goes on where `into` is not empty; replaces what an earlier run put there, nothing else. */
  readonly force: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Lays files out as torchvision's ImageFolder wants them: `<into>/train/<class>/...`. All of it is
 * made in a hidden folder inside `into` first and moved into place at the end, so that a run that
 * fails or is stopped leaves `into` as it was.
 *
 * @returns how many files of others lie among ours
 * @throws {DataError} TARGET_INVALID when `into` is not empty (without `force`), or inside `root`
 * @throws {DataError} TARGET_BUSY when another process exports to it
 * @throws {DataError} WRITE_FAILED when the disk is full, read-only, or has no such links
 */
export async function exportSplit(options: ExportSplitOptions): Promise<{ foreign: number }> {
  const { subsets, mode, force, signal } = options;
  const root = await realpath(options.root);
  const into = resolve(options.into);
  await checkTarget(root, into, force);
  const made = await marksFor({ ...options, root });
  const before = await readRecord(into);
  const foreign = await findForeign(into, before);
  const inTheWay = foreign.find((path) => made.has(path));
  if (inTheWay !== undefined) {
    throw new DataError(
      'TARGET_INVALID',
      `${locate(into, inTheWay)} is in the way: it was not made by resnet split`,
      {
        hint: 'Move it away, or choose another folder with `into`.',
      },
    );
  }

  const created: string[] = [];
  const stage = join(into, `${stagePrefix}${process.pid}`);
  try {
    await makeFolder(into, created);
    await mkdir(stage);
    await place({ ...options, root }, stage);
    signal?.throwIfAborted();
    // From here on it is quick. The record comes first: whatever a cut leaves is known as ours.
    await writeRecord(into, new Map([...before, ...made]));
    await removeMade(into, before);
    for (const folder of subsets.keys()) await moveInto(join(stage, folder), join(into, folder));
    await writeRecord(into, made);
  } catch (error) {
    await rm(stage, { recursive: true, force: true });
    for (const folder of created.toReversed()) await rmdir(folder).catch(() => undefined);
    throw explainPlacing(error, mode, into);
  }
  await rm(stage, { recursive: true, force: true });
  return { foreign: foreign.length };
}

/** What each file will be once it is made: see {@link MadeFiles}. */
async function marksFor({ root, subsets, mode }: ExportSplitOptions): Promise<MadeFiles> {
  const marks = new Map<string, string>();
  const files = [...subsets].flatMap(([subset, list]) =>
    list.map(({ path }) => ({ subset, path })),
  );
  await forEachConcurrently(files, async ({ subset, path }) => {
    const source = locate(resolve(root), path);
    marks.set(
      `${subset}/${path}`,
      mode === 'symlink' ? `-> ${source}` : fileMark(await stat(source)),
    );
  });
  return marks;
}

async function place(options: ExportSplitOptions, stage: string): Promise<void> {
  const { subsets, mode, signal, onProgress } = options;
  const root = resolve(options.root);
  const files = [...subsets].flatMap(([subset, list]) =>
    list.map(({ path }) => ({
      source: locate(root, path),
      target: locate(stage, `${subset}/${path}`),
    })),
  );
  for (const folder of new Set(files.map(({ target }) => dirname(target)))) {
    await mkdir(folder, { recursive: true });
  }
  let done = 0;
  await forEachConcurrently(
    files,
    async ({ source, target }) => {
      await placers[mode](source, target);
      onProgress?.(++done, files.length);
    },
    { limit: 8, signal },
  );
}

const placers: Readonly<Record<PlaceMode, (source: string, target: string) => Promise<void>>> = {
  async copy(source, target) {
    await copyFile(source, target, constants.COPYFILE_FICLONE);
    const { atime, mtime } = await stat(source);
    await utimes(target, atime, mtime);
  },
  // A hard link to a symbolic link would be another symbolic link: link what it points to.
  hardlink: async (source, target) => link(await realpath(source), target),
  symlink: (source, target) => symlink(source, target),
};

/** Moves a folder in one step where there is none; else its files, one by one. */
async function moveInto(from: string, to: string): Promise<void> {
  if ((await markOf(to)) === undefined) {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    return;
  }
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await moveInto(source, target);
    else await rename(source, target);
  }
}

/**
 * Makes a folder and those above it, noting which it made. One by one, because Node's recursive
 * mkdir never returns where a folder is there but takes no others, as /proc.
 */
async function makeFolder(folder: string, created: string[]): Promise<void> {
  const existing = await nearestExisting(folder);
  const steps = relative(existing, folder)
    .split(sep)
    .filter((step) => step !== '');
  let path = existing;
  for (const step of steps) {
    path = join(path, step);
    await mkdir(path);
    created.push(path);
  }
}
