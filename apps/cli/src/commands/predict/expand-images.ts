import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { sniffImageType, sniffLength } from '@resnet/split';
import { glob, isDynamicPattern } from 'tinyglobby';

import { UsageError } from '../../errors.ts';
import { hasCode, didYouMean } from '@resnet/files';

/** An image to classify: as the user names it, and where it is. */
export interface ImageArgument {
  readonly name: string;
  /** Absolute; undefined for stdin. */
  readonly path: string | undefined;
}

/**
 * The images that arguments stand for, in the order of the arguments: a file is itself, a folder
 * all images inside it by path, a glob what it matches by path, `-` stdin. What is named twice
 * comes twice, but for folders and globs, which add only what is not there yet.
 *
 * @throws {UsageError} where an argument stands for nothing
 */
export async function expandImages(args: readonly string[], cwd: string): Promise<ImageArgument[]> {
  const images: ImageArgument[] = [];
  const seen = new Set<string>();
  const add = (name: string, path: string): void => {
    seen.add(path);
    images.push({ name, path });
  };
  for (const argument of args) {
    if (argument === '-') {
      if (images.some(({ path }) => path === undefined)) {
        throw new UsageError('stdin (-) can be read only once.');
      }
      images.push({ name: '-', path: undefined });
      continue;
    }
    const path = resolve(cwd, argument);
    const kind = await kindOf(path);
    if (kind === 'file') {
      add(argument, path);
    } else if (kind === 'folder') {
      for (const inner of await imagesIn(path, argument)) {
        if (!seen.has(resolve(path, inner))) add(join(argument, inner), resolve(path, inner));
      }
    } else {
      for (const match of await matches(argument, cwd)) {
        if (!seen.has(resolve(cwd, match))) add(match, resolve(cwd, match));
      }
    }
  }
  return images;
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

/** Relative paths of a folder's images, by content: other files in it are nobody's mistake. */
async function imagesIn(folder: string, shown: string): Promise<string[]> {
  const found = await glob('**/*', {
    cwd: folder,
    onlyFiles: true,
    dot: false,
    expandDirectories: false,
  });
  const images: string[] = [];
  for (const path of found.sort(byCodeUnits)) {
    if (await looksLikeImage(join(folder, path))) images.push(path);
  }
  if (images.length === 0) throw new UsageError(`There are no images in ${shown}.`);
  return images;
}

async function looksLikeImage(path: string): Promise<boolean> {
  let file;
  try {
    file = await open(path);
  } catch {
    return true; // Reading it for the prediction will say what is wrong.
  }
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(sniffLength), 0, sniffLength, 0);
    return sniffImageType(buffer.subarray(0, bytesRead)) !== undefined;
  } finally {
    await file.close();
  }
}

async function matches(pattern: string, cwd: string): Promise<string[]> {
  if (!isDynamicPattern(pattern)) throw await missing(pattern, cwd);
  const found = await glob(pattern.replaceAll('\\', '/'), {
    cwd,
    onlyFiles: true,
    expandDirectories: false,
    absolute: pattern.startsWith('/'),
  });
  if (found.length === 0) throw new UsageError(`No file matches ${pattern}.`);
  return found.sort(byCodeUnits);
}

async function missing(argument: string, cwd: string): Promise<UsageError> {
  const path = resolve(cwd, argument);
  const beside = await readdir(dirname(path)).catch(() => []);
  const guess = didYouMean(basename(path), beside);
  return new UsageError(`There is no file or folder ${argument}.`, { hint: guess });
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
