import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';

import type { BackendChoice, BackendName, Precision } from '../../backends/types.ts';
import type { TrainOptions } from './options.ts';
import type { Dataset } from '@resnet/data';
import { UsageError } from '../../errors.ts';
import { type Augmentation, recipe } from './recipe.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { fineTuning, type FineTuneSettings } from './fine-tune-settings.ts';
import { arithmeticSettings } from '../../backends/precision.ts';
import { settingsProblem } from './check-settings.ts';
import { suitableImageSize } from './suitable-image-size.ts';

/** How a run trains: what was typed, the recipe's defaults filled in. Kept in `args.json`. */
export interface TrainSettings {
  readonly version: 1;
  /** Absolute path of the folder or manifest. */
  readonly data: string;
  readonly val: number;
  readonly groupBy: string | undefined;
  readonly model: string;
  /** Not yet fitted to {@link minutes}: at most so many. */
  readonly epochs: number;
  /** What training may take; the epochs are fitted to it before the first. */
  readonly minutes?: number;
  readonly batch: number;
  /** Undefined until the pictures have been looked at. */
  readonly imageSize: readonly [height: number, width: number] | undefined;
  readonly seed: number;
  readonly optimizer: 'sgd' | 'adamw';
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly ema: number | false;
  readonly augment: Augmentation;
  readonly labelSmoothing: number;
  readonly mixup: number;
  readonly cutmix: number;
  /** Absent where activations are kept, as is usual. */
  readonly gradientCheckpointing?: true;
  /** Absent for float32; `auto` until a backend has been taken. */
  readonly precision?: Exclude<Precision, 'float32'> | undefined;
  /** The threads that results may depend on; absent where any number is taken. */
  readonly deterministicThreads?: number;
  /** Absent where training begins from fresh weights. */
  readonly fineTune?: FineTuneSettings;
  readonly backend: BackendChoice;
  /** The backend that was taken: a resumed run stays on it, as only then it ends in the same bytes. */
  readonly trainedOn?: BackendName;
}

/** The settings of a new run. */
export function newSettings(data: string, options: TrainOptions): TrainSettings {
  const optimizer = options.optimizer ?? recipe.optimizer;
  const batch = options.batch ?? recipe.batch;
  const share = options.weights === undefined ? 1 : fineTuning.learningRateShare;
  const rate = share * recipe[optimizer].learningRate * (batch / recipe.learningRateBatch);
  return {
    version: 1,
    data,
    val: options.val ?? recipe.val,
    groupBy: options.groupBy?.source,
    model: options.model ?? recipe.model,
    epochs: options.epochs ?? (options.minutes === undefined ? recipe.epochs : Infinity),
    ...(options.minutes !== undefined && { minutes: options.minutes }),
    batch,
    imageSize: options.imageSize,
    seed: options.seed ?? recipe.seed,
    optimizer,
    learningRate: options.lr ?? Number(rate.toPrecision(6)),
    weightDecay: options.weightDecay ?? recipe[optimizer].weightDecay,
    ema: options.ema ?? recipe.ema,
    augment: options.augment ?? recipe.augment,
    labelSmoothing: options.labelSmoothing ?? recipe.labelSmoothing,
    mixup: options.mixup ?? recipe.mixup,
    cutmix: options.cutmix ?? recipe.cutmix,
    ...(options.gradientCheckpointing === true && { gradientCheckpointing: true }),
    ...arithmeticSettings(options),
    backend: options.backend ?? 'auto',
  };
}

/** Options that may accompany `--resume`: they do not change what is learned. */
const freeOnResume = new Set(['resume', 'json', 'workers', 'name', 'out', 'backend']);

/**
 * The settings of a run that is to go on.
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
  const changing = Object.keys(options).filter((name) => !freeOnResume.has(name));
  if (changing.length > 0) {
    const flags = changing.map(
      (name) => `--${name.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
    );
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

/** A path as the user would type it: relative where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  if (short === '') return '.';
  return short.startsWith('..') ? path : short;
}

/** Settings with nothing left open. */
export type CompleteSettings = TrainSettings & {
  readonly imageSize: readonly [height: number, width: number];
};

/** Fills in what depends on the pictures. */
export async function completeSettings(
  settings: TrainSettings,
  { train }: Pick<Dataset, 'train'>,
): Promise<CompleteSettings> {
  const { imageSize } = settings;
  if (imageSize !== undefined) return { ...settings, imageSize };
  const side = await suitableImageSize(train);
  return { ...settings, imageSize: [side, side] };
}
