import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
  TrainingError,
} from '@resnet/trainer';

import { FailureError } from '../errors.ts';
import { runFiles } from './layout.ts';
import { recoverFolder, replaceFolder } from '@resnet/files';

/** Writes a run's checkpoint; until it is complete, the previous one stays. */
export async function saveCheckpoint(run: string, checkpoint: Checkpoint): Promise<void> {
  await replaceFolder(join(run, runFiles.checkpoint), encodeCheckpoint(checkpoint));
}

/**
 * Reads a run's checkpoint; undefined where none has been written yet.
 *
 * @throws {FailureError} where its files are damaged
 */
export async function loadCheckpoint(run: string): Promise<Checkpoint | undefined> {
  const folder = join(run, runFiles.checkpoint);
  await recoverFolder(folder);
  if (!existsSync(folder)) return undefined;
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name))] as const),
  );
  try {
    return decodeCheckpoint(new Map(files));
  } catch (error) {
    if (!(error instanceof TrainingError)) throw error;
    throw new FailureError(`${folder} cannot be resumed from: ${error.message}`, {
      hint: 'The best model so far is not touched by that. To start over: resnet train DATA',
      cause: error,
    });
  }
}
