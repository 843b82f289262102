import { mkdir, readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { hasErrno, messageOf, NativeError } from './errors.ts';

const mega = 1e6;

/** Throws NativeError (DISK_FULL) unless the disk of `folder` has that much free; (NOT_WRITABLE) where it cannot be made. */
export async function requireSpace(folder: string, megabytes: number): Promise<void> {
  await makeFolder(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / mega);
  if (free < megabytes) {
    throw noSpace(`TensorFlow needs ${megabytes} MB in ${folder}, where ${free} MB are free.`);
  }
}

export function noSpace(message: string, cause?: unknown): NativeError {
  return new NativeError('DISK_FULL', message, {
    hint: 'Free some space, or name a folder on another disk in the environment variable RESNET_CACHE.',
    cause,
  });
}

export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')) throw error;
    throw new NativeError(
      'NOT_WRITABLE',
      `The cache folder ${folder} cannot be made: ${messageOf(error)}`,
      {
        hint: 'Name a folder that may be written in the environment variable RESNET_CACHE.',
        cause: error,
      },
    );
  }
}

/** The bytes of all files under a folder that may be changing while we look; 0 where there is none. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return folderBytes(path);
      return (await stat(path).catch(() => undefined))?.size ?? 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
