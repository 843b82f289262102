import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hasCode } from './system-errors.ts';

/**
 * Writes a file so that its path holds either all of the old content or all of the new, whatever
 * happens in between (a full disk, a kill, a power cut): a temporary name beside it, flushed to
 * the disk, then renamed.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFlushed(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Replaces a folder's files as one: written into `<folder>.new`, which then takes the folder's
 * place. {@link recoverFolder} finishes a replacement that was cut between its two renames.
 */
export async function replaceFolder(
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const [fresh, old] = [`${folder}.new`, `${folder}.old`];
  await recoverFolder(folder);
  try {
    for (const [name, content] of files) {
      const path = join(fresh, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFlushed(path, content);
    }
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  await rename(folder, old).catch(ignoreMissing);
  await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
}

/** Brings a folder that {@link replaceFolder} was killed in back to one complete state. */
export async function recoverFolder(folder: string): Promise<void> {
  const [fresh, old] = [`${folder}.new`, `${folder}.old`];
  // `.old` without the folder: killed between the two renames, when `.new` was complete.
  if (existsSync(old) && !existsSync(folder)) await rename(fresh, folder);
  await rm(old, { recursive: true, force: true });
  await rm(fresh, { recursive: true, force: true });
}

async function writeFlushed(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const file = await open(path, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    // Of a full disk Node tells the operation, not the file.
    if (error instanceof Error) (error as NodeJS.ErrnoException).path ??= path;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!hasCode(error, 'ENOENT')) throw error;
}
