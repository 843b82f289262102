import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { UsageError } from '../errors.ts';
import { runFiles } from '../run-folder/layout.ts';

/** @throws {UsageError} where something is in the way and `--force` was not given */
export function checkFree(path: string, force: boolean | undefined): void {
  if (force === true || !existsSync(path)) return;
  throw new UsageError(`${path} is there already.`, {
    hint: 'Choose another --out, or replace it (--force).',
  });
}

/** @throws {UsageError} where the folder holds a run, or a model and `--force` was not given */
export function checkModelFolder(folder: string, force: boolean | undefined): void {
  if (existsSync(join(folder, runFiles.args))) {
    throw new UsageError(`${folder} is a run: a model is not written into it.`, {
      hint: 'Choose another --out.',
    });
  }
  for (const name of [runFiles.config, runFiles.weights]) checkFree(join(folder, name), force);
}
