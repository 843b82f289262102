import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { parseManifest, type SplitManifest } from '@resnet/split';

import { DataError } from '../errors.ts';
import { hasCode, missingPath } from '@resnet/files';
import { explainSplit } from './split-errors.ts';

export interface ManifestFile {
  readonly manifest: SplitManifest;
  /** The folder that its paths are relative to, absolute. */
  readonly root: string;
}

/**
 * @throws {FileError} PATH_MISSING when it is not there
 * @throws {DataError} MANIFEST_INVALID when it is no manifest
 */
export async function readManifest(path: string): Promise<ManifestFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw hasCode(error, 'ENOENT') ? await missingPath('file', path) : error;
  }
  if (!text.trimStart().startsWith('{')) {
    throw new DataError(
      'MANIFEST_INVALID',
      `${path} is neither a folder of images nor a manifest`,
      {
        hint: 'Give a folder with one sub-folder of images a class, or a split.json that `resnet split` wrote.',
      },
    );
  }
  const manifest = explainSplit(() => parseManifest(text), path);
  return { manifest, root: resolve(dirname(path), manifest.root) };
}

/**
 * What a manifest at `path` calls the folder `root`: relative, so that both can be moved together;
 * absolute where Windows has them on two drives.
 */
export function rootFor(path: string, root: string): string {
  const way = relative(dirname(resolve(path)), root);
  return isAbsolute(way) ? way : way.split(sep).join('/') || '.';
}

/** A listed file's place on this machine. */
export function locate(root: string, path: string): string {
  return join(root, ...path.split('/'));
}
