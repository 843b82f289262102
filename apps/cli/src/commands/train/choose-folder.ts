import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';

import { UsageError } from '../../errors.ts';
import { runFiles } from '../../run-folder/layout.ts';
import type { TrainOptions } from './flags.ts';

/** The folder that a new run writes to, and whether its name was asked for. */
export function chooseFolder(
  data: string,
  options: TrainOptions,
  cwd: string,
  inUse: ReadonlySet<string> = new Set(),
): { folder: string; beside: string | undefined } {
  if (options.name !== undefined && options.out !== undefined) {
    throw new UsageError('Give --name or --out, not both.');
  }
  if (options.out !== undefined)
    return { folder: checkFree(resolve(cwd, options.out), options), beside: undefined };
  if (options.name !== undefined) {
    if (/[/\\]|^\.*$/.test(options.name)) {
      throw new UsageError(`--name is a name, not a path: ${options.name}`, {
        hint: 'Use --out for a folder elsewhere.',
      });
    }
    return { folder: checkFree(resolve(cwd, 'runs', options.name), options), beside: undefined };
  }
  const base = resolve(cwd, 'runs', nameOf(data));
  if (options.force === true) return { folder: checkFree(base, options), beside: undefined };
  const isFree = (folder: string): boolean => !isTaken(folder) && !inUse.has(folder);
  if (isFree(base)) return { folder: base, beside: undefined };
  for (let n = 2; ; n++) {
    if (isFree(`${base}-${n}`)) return { folder: `${base}-${n}`, beside: base };
  }
}

/** The folder's name, or that of the folder that holds the manifest. */
function nameOf(data: string): string {
  const isManifest = extname(data) === '.json';
  const stem = isManifest ? basename(data, '.json') : basename(data);
  const name = isManifest && stem === 'split' ? basename(dirname(data)) : stem;
  return name === '' ? 'run' : name;
}

/** A run writes nowhere where files of the same names, but of another origin, could be lost. */
function checkFree(folder: string, { force }: TrainOptions): string {
  const found = Object.values(runFiles).filter((name) => existsSync(join(folder, name)));
  const isRun = found.includes(runFiles.args);
  if (found.length === 0 || (isRun && force === true)) return folder;
  if (isRun) {
    throw new UsageError(`${folder} holds a run already.`, {
      hint: 'Choose another name, go on with it (--resume), or replace it (--force).',
    });
  }
  throw new UsageError(`${folder} is no run, but holds ${found.join(', ')}.`, {
    hint: 'A run would overwrite that: choose another folder.',
  });
}

function isTaken(folder: string): boolean {
  return Object.values(runFiles).some((name) => existsSync(join(folder, name)));
}
