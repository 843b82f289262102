import { isFineTune } from './fine-tune-settings.ts';
import type { TrainSettings } from './settings.ts';

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === 'string';
const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 1;

/** What a run cannot go on without; each with the words for what is expected. */
const expected: Readonly<
  Partial<Record<keyof TrainSettings, readonly [words: string, test: (value: unknown) => boolean]>>
> = {
  data: ['a path', isText],
  model: ['the name of a model', isText],
  epochs: ['a whole number from 1', isCount],
  minutes: ['a number, or absent', (value) => value === undefined || isNumber(value)],
  batch: ['a whole number from 1', isCount],
  imageSize: [
    'a height and a width',
    (value) => Array.isArray(value) && value.length === 2 && value.every(isCount),
  ],
  seed: ['a number', isNumber],
  optimizer: ['sgd or adamw', (value) => value === 'sgd' || value === 'adamw'],
  learningRate: ['a number', isNumber],
  weightDecay: ['a number', isNumber],
  ema: ['a number or false', (value) => value === false || isNumber(value)],
  augment: ['none, light or strong', (value) => /^(none|light|strong)$/.test(String(value))],
  labelSmoothing: ['a number', isNumber],
  gradientCheckpointing: ['true, or absent', (value) => value === undefined || value === true],
  precision: [
    'bf16 or bf16-anyway, or absent',
    (value) => value === undefined || value === 'bf16' || value === 'bf16-anyway',
  ],
  deterministicThreads: [
    'a whole number from 1, or absent',
    (value) => value === undefined || isCount(value),
  ],
  fineTune: ['what `--weights` made it, or absent', isFineTune],
  mixup: ['a number', isNumber],
  cutmix: ['a number', isNumber],
};

/** What is wrong with the settings of a run that somebody may have edited; undefined if nothing. */
export function settingsProblem(settings: Readonly<Record<string, unknown>>): string | undefined {
  for (const [name, [words, test]] of Object.entries(expected)) {
    const value = settings[name];
    if (test(value)) continue;
    const received = value === undefined ? 'nothing' : JSON.stringify(value);
    return `${name} is to be ${words}; received ${received}`;
  }
  return undefined;
}
