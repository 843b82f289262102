import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import type { TrainOptions } from './flags.ts';
import { detectLayout } from '@resnet/data';
import { UsageError } from '../../errors.ts';
import { checkFineTuneOptions } from './start-weights.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { chooseFolder } from './choose-folder.ts';
import { savedSettings } from './saved-settings.ts';
import { newSettings, type TrainSettings } from './settings.ts';

/** What to train and where to write, decided before anything is read or computed. */
export interface RunPlan {
  readonly settings: TrainSettings;
  /** Absolute. */
  readonly folder: string;
  /** An earlier run whose name was taken. */
  readonly beside: string | undefined;
  readonly resumes: boolean;
}

/** @throws {UsageError} where the arguments do not say what to train on, or contradict */
export async function planRun(
  data: string | undefined,
  options: TrainOptions,
  cwd: string,
): Promise<RunPlan> {
  const path = data === undefined ? undefined : resolve(cwd, data);
  if (options.resume === undefined) {
    if (path === undefined) {
      throw new UsageError('Say what to train on: a folder of images, or a manifest.', {
        hint: 'For example: resnet train images/',
      });
    }
    checkFineTuneOptions(options);
    await checkSplitOptions(path, options);
    const settings = newSettings(path, options);
    return { settings, ...chooseFolder(path, options, cwd), resumes: false };
  }
  if (options.force === true) {
    throw new UsageError('--resume goes on with a run, --force replaces it: give one of them.');
  }
  const folder = runToResume(path, options, cwd);
  const settings = await savedSettings(folder, path, options);
  return { settings, folder, beside: undefined, resumes: true };
}

/** How to split data that are split already cannot be chosen any more. */
async function checkSplitOptions(path: string, options: TrainOptions): Promise<void> {
  const given = [
    ...(options.val === undefined ? [] : ['--val']),
    ...(options.groupBy === undefined ? [] : ['--group-by']),
  ];
  if (given.length === 0) return;
  const layout = await detectLayout(path);
  const isSplit =
    layout?.kind === 'manifest' || (layout?.kind === 'subsets' && layout.val !== undefined);
  if (!isSplit) return;
  throw new UsageError(`${path} is split already: ${given.join(' and ')} cannot be given.`, {
    hint: 'Split the images again with `resnet split`, or name the folder of classes.',
  });
}

function runToResume(data: string | undefined, options: TrainOptions, cwd: string): string {
  const { resume } = options;
  if (typeof resume === 'string') {
    const given = resolve(cwd, resume);
    const named = resolve(cwd, 'runs', resume);
    return !existsSync(given) && existsSync(join(named, runFiles.args)) ? named : given;
  }
  if (options.out !== undefined) return resolve(cwd, options.out);
  if (options.name !== undefined) return resolve(cwd, 'runs', options.name);
  if (data === undefined) {
    throw new UsageError('Say which run to go on with.', {
      hint: 'For example: resnet train --resume runs/images',
    });
  }
  return chooseFolder(data, { force: true }, cwd).folder;
}
