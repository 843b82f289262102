import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { formatModelConfig, type ModelCard, type StateDict, writeSafetensors } from '@resnet/model';

import { UsageError } from '../errors.ts';
import { runFiles } from '../run-folder/layout.ts';
import { makeFolder, writeWhole } from '@resnet/files';

/** @throws {UsageError} where something is in the way that was not to be replaced */
export function checkFree(path: string, force: boolean | undefined): void {
  if (force === true || !existsSync(path)) return;
  throw new UsageError(`${path} is there already.`, {
    hint: 'Choose another --out, or replace it (--force).',
  });
}

/** @throws {UsageError} where the folder holds a model that was not to be replaced, or a run */
export function checkModelFolder(folder: string, force: boolean | undefined): void {
  if (existsSync(join(folder, runFiles.args))) {
    throw new UsageError(`${folder} is a run: a model is not written into it.`, {
      hint: 'Choose another --out.',
    });
  }
  for (const name of [runFiles.config, runFiles.weights]) checkFree(join(folder, name), force);
}

/** A folder that timm, `resnet predict` and the like take. */
export async function writeModelFolder(
  folder: string,
  card: ModelCard,
  state: StateDict,
  dtype: 'float32' | 'float16' | 'bfloat16' = 'float32',
): Promise<void> {
  const config = `${JSON.stringify(formatModelConfig(card), undefined, 2)}\n`;
  const weights = writeSafetensors(state, { metadata: { format: 'pt' }, dtype });
  await makeFolder(folder);
  await writeWhole(join(folder, runFiles.weights), weights);
  await writeWhole(join(folder, runFiles.config), config);
}
