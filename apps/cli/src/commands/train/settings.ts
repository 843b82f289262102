import type { Dataset } from '@resnet/data';

import { precisionSettings } from '../../backends/precision.ts';
import type { BackendName, Precision } from '../../backends/types.ts';
import { keptOf, keptProblem } from '../../options/flag.ts';
import * as kind from '../../options/kinds.ts';
import { type FineTuneSettings, isFineTune } from './fine-tune-settings.ts';
import { type KeptSettings, trainFlags, type TrainOptions } from './flags.ts';
import { suitableImageSize } from './suitable-image-size.ts';

/** How a run trains: what was typed, defaults filled in. Kept in `args.json`. */
export interface TrainSettings extends KeptSettings {
  readonly version: 1;
  /** Absolute path of the folder or manifest. */
  readonly data: string;
  /** Absent for float32; `auto` until a backend has been taken. */
  readonly precision?: Exclude<Precision, 'float32'> | undefined;
  /** The threads that results may depend on; absent where any number is taken. */
  readonly deterministicThreads?: number;
  /** Absent where training begins from fresh weights. */
  readonly fineTune?: FineTuneSettings;
  /** The backend that was taken: a resumed run stays on it, as only then it ends in the same bytes. */
  readonly trainedOn?: BackendName;
}

/** The settings of a new run. */
export function newSettings(data: string, options: TrainOptions): TrainSettings {
  return { version: 1, data, ...keptOf(trainFlags, options), ...precisionSettings(options) };
}

/** What is wrong with the settings of a run that somebody may have edited; undefined if nothing. */
export function settingsProblem(settings: Readonly<Record<string, unknown>>): string | undefined {
  const problem = keptProblem(trainFlags, settings);
  if (problem !== undefined) return problem;
  for (const [name, { expected, is }] of Object.entries(settledLater)) {
    const value = settings[name];
    if (value === undefined || is(value)) continue;
    return `${name} must be ${expected}, or absent; received ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** What no flag is kept as: flags, data and backend settle it together. */
const settledLater = {
  precision: kind.choice(['bf16', 'bf16-anyway']),
  deterministicThreads: kind.integer(1),
  fineTune: { expected: 'what `--weights` made it', is: isFineTune },
} satisfies Partial<Record<keyof TrainSettings, Pick<kind.Kind<unknown>, 'expected' | 'is'>>>;

/** Settings with nothing left open. */
export type CompleteSettings = TrainSettings & {
  readonly imageSize: readonly [height: number, width: number];
};

/** Fills in what depends on the images. */
export async function completeSettings(
  settings: TrainSettings,
  { train }: Pick<Dataset, 'train'>,
): Promise<CompleteSettings> {
  const { imageSize } = settings;
  if (imageSize !== undefined) return { ...settings, imageSize };
  const side = await suitableImageSize(train);
  return { ...settings, imageSize: [side, side] };
}
