import { access, constants, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { describeSystemError, FailureError, UsageError } from '../errors.ts';
import { hasCode } from './write-whole.ts';

/**
 * Makes a folder and those above it.
 *
 * @throws {UsageError} where a file is in its place
 * @throws {FailureError} saying what refused it otherwise
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (hasCode(error, 'EEXIST', 'ENOTDIR')) {
      throw new UsageError(`Cannot make the folder ${folder}: a file is in its place.`, {
        hint: 'Choose another place with --out.',
        cause: error,
      });
    }
    const reason = describeSystemError(await realReason(folder, error))?.message;
    throw new FailureError(`Cannot make the folder ${folder}${reason ? ` (${reason})` : ''}.`, {
      hint: 'Choose another place with --out.',
      cause: error,
    });
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
