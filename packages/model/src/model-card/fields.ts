/* oxlint-disable typescript/no-unsafe-type-assertion -- values are narrowed by the checks around them */
import { ModelError } from '../errors.ts';
import type { PretrainedConfig } from './model-card.ts';
import { imagenetMean, imagenetStd } from './imagenet.ts';

/** The fields of a JSON object that somebody else wrote. */
export type Fields = Readonly<Record<string, unknown>>;

const interpolations = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An integer of at least `least`; throws {@link invalid} else. */
export function readInteger(field: string, value: unknown, least: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw invalid(field, `an integer of ${least} or more`, value);
  }
  return value as number;
}

/** A list of `length` finite numbers; throws {@link invalid} else. */
export function readNumbers(field: string, value: unknown, length: number): readonly number[] {
  if (!Array.isArray(value) || value.length !== length || !value.every(Number.isFinite)) {
    throw invalid(field, `a list of ${length} numbers`, value);
  }
  return [...(value as number[])];
}

/**
 * One name a class. timm writes a list, or an object from index to name where some have none;
 * what has none is called by its index.
 */
export function readLabels(value: unknown, classes: number): readonly string[] {
  const indices = Array.from({ length: classes }, (_, index) => String(index));
  if (value === undefined || value === null) return indices;
  if (Array.isArray(value)) {
    if (value.length !== classes || !value.every((name) => typeof name === 'string')) {
      throw invalid('label_names', `a list of ${classes} names`, value);
    }
    return [...value];
  }
  if (!isRecord(value)) throw invalid('label_names', 'a list or an object', value);
  const known = new Set(indices);
  for (const [index, name] of Object.entries(value)) {
    if (!known.has(index) || typeof name !== 'string') {
      throw invalid(
        'label_names',
        `names by indices below ${classes}`,
        `${index}: ${String(name)}`,
      );
    }
  }
  return indices.map((index) => (value[index] as string | undefined) ?? index);
}

/**
 * What is left out has the default of timm's `resolve_data_config`. A net of other channels than
 * its preprocessing was written for takes the mean of that, as there.
 */
export function readPretrained(fields: Fields, inChannels: number): PretrainedConfig {
  const size = readNumbers('input_size', fields['input_size'] ?? [inChannels, 224, 224], 3);
  const [, height, width] = size.map((length) => readInteger('input_size', length, 1));
  const mean = readChannels('mean', fields['mean'] ?? imagenetMean, inChannels);
  const std = readChannels('std', fields['std'] ?? imagenetStd, inChannels);
  if (!std.every((value) => value > 0)) throw invalid('std', 'positive numbers', std);
  const interpolation = fields['interpolation'] ?? 'bicubic';
  if (!interpolations.includes(interpolation as (typeof interpolations)[number])) {
    throw invalid('interpolation', interpolations.join(', '), interpolation);
  }
  const cropPct = fields['crop_pct'] ?? 0.875;
  if (typeof cropPct !== 'number' || !(cropPct > 0 && cropPct <= 1)) {
    throw invalid('crop_pct', 'a number in (0, 1]', cropPct);
  }
  const cropMode = fields['crop_mode'] ?? 'center';
  if (cropMode !== 'center') {
    throw invalid('crop_mode', 'center, the one that is implemented', cropMode);
  }
  return {
    inputSize: [inChannels, height!, width!],
    mean,
    std,
    interpolation: interpolation as PretrainedConfig['interpolation'],
    cropPct,
  };
}

function readChannels(field: string, value: unknown, channels: number): readonly number[] {
  const length = Array.isArray(value) && value.length > 0 ? value.length : channels;
  const numbers = readNumbers(field, value, length);
  if (length === channels) return numbers;
  const mean = numbers.reduce((sum, number) => sum + number, 0) / length;
  return Array.from({ length: channels }, () => mean);
}

/** The error of a field, with what it must be and what it was. */
export function invalid(
  field: string,
  expected: string,
  received: unknown,
  cause?: unknown,
): ModelError {
  const shown = typeof received === 'string' ? received : JSON.stringify(received);
  return new ModelError(
    'MODEL_FILE_INVALID',
    `config.json: ${field} must be ${expected}; received ${shown?.slice(0, 200) ?? 'nothing'}`,
    { cause },
  );
}
