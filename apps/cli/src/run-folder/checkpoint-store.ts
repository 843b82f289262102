import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '@resnet/trainer';

import { runFiles } from './layout.ts';
import { recoverFolder, replaceFolder } from './write-whole.ts';

/** Writes a run's checkpoint; until it is complete, the previous one stays. */
export async function saveCheckpoint(run: string, checkpoint: Checkpoint): Promise<void> {
  await replaceFolder(join(run, runFiles.checkpoint), encodeCheckpoint(checkpoint));
}

/**
 * Reads a run's checkpoint; undefined where none has been written yet.
 *
 * @throws TrainingError `bad-checkpoint` where its files are damaged
 */
export async function loadCheckpoint(run: string): Promise<Checkpoint | undefined> {
  const folder = join(run, runFiles.checkpoint);
  await recoverFolder(folder);
  if (!existsSync(folder)) return undefined;
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name))] as const),
  );
  return decodeCheckpoint(new Map(files));
}
