import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { imagenetMean, imagenetStd } from '@resnet/image';
import { classifierPrefix, type ModelCard, type StateDict } from '@resnet/model';

import { FailureError, UsageError } from '../errors.ts';
import { nativeImageSize, zooConfig } from '../options/zoo-config.ts';
import type { Io } from '../terminal/io.ts';
import { runFiles } from '../run-folder/layout.ts';
import { readModelCard } from '../run-folder/model-card.ts';
import { readStateBytes, readStateFile } from './read-state.ts';

/** Published weights, and what is known of the model that they are for. */
export interface OpenedWeights {
  readonly card: ModelCard;
  readonly state: StateDict;
  /** Whether labels and preprocessing come with the weights, or are assumed. */
  readonly hasCard: boolean;
  /** What a person should know: what was taken from where, what was assumed. */
  readonly notes: readonly string[];
}

export interface OpenWeightsOptions {
  /** The architecture, for weights that come without a config.json. */
  readonly model?: string | undefined;
  readonly io: Pick<Io, 'cwd' | 'env'>;
}

/** In a folder, the file that holds the weights: the first of these that is there. */
const weightFiles = [
  runFiles.weights,
  `${runFiles.weights}.index.json`,
  'pytorch_model.bin',
] as const;

/**
 * Opens weights: a file (safetensors, `.pth`, `.pt`, a sharded index), the URL of one, a model
 * folder, or `hf:owner/name` on the Hugging Face Hub or in its cache.
 *
 * @throws {UsageError} where there are none, or their architecture is not told
 * @throws {FailureError} where they are damaged
 */
export async function openWeights(
  source: string,
  { model, io }: OpenWeightsOptions,
): Promise<OpenedWeights> {
  const notes: string[] = [];
  const note = (text: string): void => void notes.push(text);
  if (/^https?:\/\//i.test(source)) {
    const state = await readStateBytes(await fetchBytes(source), source, note);
    return withoutCard(source, state, model, notes);
  }
  const path = source.startsWith('hf:')
    ? await (await import('./hub.ts')).hubFolder(source.slice(3), io.env, note)
    : resolve(io.cwd, source);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`There is no file or folder ${path}.`);
  const file = stats.isDirectory() ? weightFileIn(path) : path;
  const folder = dirname(file);
  const state = await readStateFile(file, note);
  if (stats.isDirectory() || (model === undefined && existsSync(join(folder, runFiles.config)))) {
    const card = await readModelCard(folder);
    if (model !== undefined && model !== card.architecture) {
      throw new UsageError(`${source} is a ${card.architecture}, not a ${model}.`, {
        hint: 'Leave --model out: the weights say what they are for.',
      });
    }
    return { card, state, hasCard: true, notes };
  }
  return withoutCard(source, state, model, notes);
}

/** @throws {FailureError} where it cannot be downloaded */
async function fetchBytes(url: string): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FailureError(`${url} cannot be downloaded: ${reason}`, { cause });
  }
}

/** Weights and nothing else: what they are for has to be told, the rest is assumed. */
function withoutCard(
  source: string,
  state: StateDict,
  model: string | undefined,
  notes: readonly string[],
): OpenedWeights {
  if (model === undefined) {
    throw new UsageError(`${source} does not say which model it is for.`, {
      hint: 'Name it with --model; `resnet info` lists the models.',
    });
  }
  const card = assumedCard(model, state);
  const { interpolation, cropPct } = card.pretrainedCfg;
  const assumption =
    `${basename(source)} says nothing of preprocessing: what is common is assumed (ImageNet's ` +
    `mean and deviation, ${interpolation}, a centre crop of ${100 * cropPct} %)`;
  return { card, state, hasCard: false, notes: [...notes, assumption] };
}

function weightFileIn(folder: string): string {
  const found = weightFiles.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UsageError(`${folder} is no model folder: it holds no ${runFiles.weights}.`);
}

/** What torchvision's weights have: state dicts of others rarely differ where they do not say so. */
function assumedCard(model: string, state: StateDict): ModelCard {
  const config = zooConfig(model, headSize(model, state));
  const [height, width] = nativeImageSize(config);
  return {
    architecture: model,
    config,
    labelNames: Array.from({ length: config.numClasses }, (_, index) => String(index)),
    pretrainedCfg: {
      inputSize: [config.inChannels, height, width],
      mean: imagenetMean,
      std: imagenetStd,
      interpolation: 'bilinear',
      cropPct: config.stem === 'cifar' ? 1 : 0.875,
    },
  };
}

/** The classes that a state's classifier tells apart; 0 where it has none. */
function headSize(model: string, state: StateDict): { numClasses: number } {
  const weight = state.get(`${classifierPrefix(zooConfig(model))}.weight`);
  return { numClasses: weight?.shape[0] ?? 0 };
}
