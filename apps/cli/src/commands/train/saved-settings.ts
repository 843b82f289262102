import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { UsageError } from '../../errors.ts';
import { type Flag, longName } from '../../options/flag.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { trainFlags, type TrainOptions } from './flags.ts';
import { settingsProblem, type TrainSettings } from './settings.ts';

/**
 * The settings of a run that must go on.
 *
 * @throws {UsageError} where there is no such run, or options would make it another one
 */
export async function savedSettings(
  run: string,
  data: string | undefined,
  options: TrainOptions,
): Promise<TrainSettings> {
  const path = join(run, runFiles.args);
  if (!existsSync(path)) {
    throw new UsageError(`There is no run to resume in ${run}.`, {
      hint: 'Give the folder that the training wrote to: resnet train --resume runs/<name>',
    });
  }
  const settings = parseSettings(await readFile(path, 'utf8'), path);
  const given = new Set(Object.keys(options));
  const changing = Object.entries(trainFlags).filter(
    ([name, { onResume }]: readonly [string, Flag<unknown>]) =>
      given.has(name) && onResume !== true,
  );
  if (changing.length > 0) {
    const flags = changing.map(([, flag]) => longName(flag));
    throw new UsageError(
      `A resumed run keeps its settings: ${flags.join(', ')} cannot be given with --resume.`,
      { hint: 'To train otherwise, start a new run without --resume.' },
    );
  }
  if (data !== undefined && data !== settings.data) {
    throw new UsageError(`The run in ${run} trains on ${settings.data}, not on ${data}.`, {
      hint: `To go on with it: resnet train --resume ${run}`,
    });
  }
  return { ...settings, backend: options.backend ?? settings.trainedOn ?? settings.backend };
}

function parseSettings(text: string, path: string): TrainSettings {
  let settings: TrainSettings | null;
  try {
    settings = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} is damaged: it is not JSON.`, { cause });
  }
  if (settings?.version !== 1 || typeof settings.data !== 'string') {
    throw new UsageError(`${path} was not written by this version of resnet.`);
  }
  const problem = settingsProblem({ ...settings });
  if (problem !== undefined) throw new UsageError(`${path} is damaged: ${problem}.`);
  return settings;
}
