import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

import {
  compareText,
  sniffImageType,
  sniffLength,
  type ImageType,
  type LabelledFile,
} from '@resnet/split';

import { DataError } from '../errors.ts';
import { hasCode, missingPath } from '@resnet/files';
import { forEachConcurrently } from '../for-each-concurrently.ts';

export interface ScannedFile extends LabelledFile {
  readonly bytes: number;
  readonly type: ImageType;
}

/** What lies in a folder of class folders. Paths are relative to it, with '/'. */
export interface Scan {
  /** The folder, absolute. */
  readonly root: string;
  /** Its sub-folders' names, composed (NFC), sorted by code point as torchvision sorts them. */
  readonly classes: readonly string[];
  /** The images, by content; sorted by path. */
  readonly files: readonly ScannedFile[];
  /** Files inside classes that are no images. */
  readonly notImages: readonly string[];
  /** What could not be read, and why. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** Files beside the class folders: they belong to no class. */
  readonly outside: readonly string[];
}

/**
 * Finds the classes and images of a folder: a class is a sub-folder with everything inside it, an
 * image is a file that begins like one, whatever its name. Hidden files are left out, symbolic
 * links followed.
 *
 * @throws {FileError} PATH_MISSING when the folder is not there
 * @throws {DataError} PATH_INVALID when it is a file
 * @throws {DataError} DATASET_INVALID when two classes have names that differ in encoding only
 */
export async function scanFolder(
  folder: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Scan> {
  const root = resolve(folder);
  const found: Found = { candidates: [], unreadable: [], notImages: [] };
  const top = await listRoot(root);
  const classOf = new Map<string, string>();
  const outside: string[] = [];
  for (const name of top) {
    const entry = await statOf(join(root, name), name, found);
    if (entry?.isDirectory()) addClass(classOf, name, root);
    else if (entry !== undefined) outside.push(name);
  }
  const realRoot = await realpath(root);
  for (const name of classOf.keys()) {
    const real = await realpath(join(root, name));
    await walk({ root, path: name, real, above: [realRoot] }, found);
    signal?.throwIfAborted();
  }

  const files: ScannedFile[] = [];
  await forEachConcurrently(
    found.candidates,
    async ({ path, bytes }) => {
      const label = classOf.get(path.slice(0, path.indexOf('/')))!;
      try {
        const type = sniffImageType(await readHead(join(root, path)));
        if (type === undefined) found.notImages.push(path);
        else files.push({ path, label, bytes, type });
      } catch (error) {
        found.unreadable.push({ path, reason: reasonOf(error) });
      }
    },
    { signal },
  );
  return {
    root,
    classes: [...classOf.values()].sort(compareText),
    files: files.sort((a, b) => compareText(a.path, b.path)),
    notImages: found.notImages.sort(compareText),
    unreadable: found.unreadable.sort((a, b) => compareText(a.path, b.path)),
    outside: outside.sort(compareText),
  };
}

interface Found {
  readonly candidates: { path: string; bytes: number }[];
  readonly notImages: string[];
  readonly unreadable: { path: string; reason: string }[];
}

async function listRoot(root: string): Promise<string[]> {
  try {
    return (await readdir(root)).filter((name) => !isHidden(name));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw await missingPath('folder', root);
    if (hasCode(error, 'ENOTDIR')) {
      throw new DataError(
        'PATH_INVALID',
        `${root} is a file; a folder with a sub-folder a class was expected`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** Two names that differ in their Unicode form alone would be one class that nobody asked for. */
function addClass(classOf: Map<string, string>, name: string, root: string): void {
  const label = name.normalize('NFC');
  if ([...classOf.values()].includes(label)) {
    throw new DataError(
      'DATASET_INVALID',
      `${root} has two folders that are both called '${label}'`,
      {
        hint: 'Their names differ only in how an accent is encoded: join them or rename one.',
      },
    );
  }
  classOf.set(name, label);
}

interface Place {
  readonly root: string;
  /** Relative to the root. */
  readonly path: string;
  /** Where it is, all links resolved. */
  readonly real: string;
  /** The real folders that it was reached through: a link back to one, or above, never ends. */
  readonly above: readonly string[];
}

async function walk({ root, path, real, above }: Place, found: Found): Promise<void> {
  if (above.some((folder) => isWithin(folder, real))) {
    found.unreadable.push({ path, reason: 'a link to a folder that it lies in' });
    return;
  }
  let names: string[];
  try {
    names = await readdir(join(root, path));
  } catch (error) {
    found.unreadable.push({ path, reason: reasonOf(error) });
    return;
  }
  const folders: string[] = [];
  await forEachConcurrently(
    names.filter((name) => !isHidden(name)),
    async (name) => {
      const inner = `${path}/${name}`;
      const entry = await statOf(join(root, inner), inner, found);
      if (entry === undefined) return;
      if (entry.isDirectory()) folders.push(name);
      else if (entry.isFile()) found.candidates.push({ path: inner, bytes: entry.size });
      else found.notImages.push(inner); // A pipe or a device: opening it may never return.
    },
  );
  for (const name of folders.sort(compareText)) {
    const inner = `${path}/${name}`;
    const innerReal = await realpath(join(root, inner));
    await walk({ root, path: inner, real: innerReal, above: [...above, real] }, found);
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Dot files, and what macOS adds to archives. */
function isHidden(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX';
}

async function statOf(path: string, shown: string, found: Found) {
  try {
    return await stat(path);
  } catch (error) {
    found.unreadable.push({ path: shown, reason: reasonOf(error) });
    return undefined;
  }
}

async function readHead(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(sniffLength), 0, sniffLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'a link to nothing',
  ELOOP: 'a link to itself',
};

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return reasons[String((error as NodeJS.ErrnoException).code)] ?? error.message;
}
