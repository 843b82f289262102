import { access, constants, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { FileError } from './errors.ts';
import { describeSystemError, hasCode } from './system-errors.ts';

/**
 * Makes a folder and those above it.
 *
 * @throws {FileError} PATH_TAKEN when a file is in its place, NOT_WRITABLE saying what refused it
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR')) {
      throw new FileError(
        'PATH_TAKEN',
        `Cannot make the folder ${folder}: a file is in its place.`,
        {
          hint: 'Choose another place.',
          cause: error,
        },
      );
    }
    const reason = describeSystemError(await realReason(folder, error))?.message;
    throw new FileError(
      'NOT_WRITABLE',
      `Cannot make the folder ${folder}${reason ? ` (${reason})` : ''}.`,
      {
        hint: 'Choose another place.',
        cause: error,
      },
    );
  }
}

/** Of a read-only disk `mkdir` says that a folder is missing; what holds it tells more. */
async function realReason(folder: string, error: unknown): Promise<unknown> {
  for (let above = dirname(folder); above !== dirname(above); above = dirname(above)) {
    try {
      await access(above, constants.W_OK);
      return error;
    } catch (refusal) {
      const missing = refusal instanceof Error && 'code' in refusal && refusal.code === 'ENOENT';
      if (!missing) return refusal;
    }
  }
  return error;
}
