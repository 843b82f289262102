import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import {
  classifierPrefix,
  isModelName,
  type ModelCard,
  modelConfig,
  nativeImageSize,
  parseModelConfig,
  type StateDict,
} from '@resnet/model';

import { downloadModel, type DownloadModelOptions } from './download-model.ts';
import { HubError, messageOf } from './errors.ts';
import { modelFiles, weightFiles } from './model-files.ts';
import { readModelCard } from './model-folder.ts';
import { readStateDict, readStateDictFile } from './read-state-dict.ts';

/** Published weights, and what is known of the model that they are for. */
export interface LoadedWeights {
  readonly card: ModelCard;
  /** Under torchvision's names, in torch's layout, in the file's dtypes. */
  readonly state: StateDict;
  /** Whether labels and preprocessing come with the weights, or are assumed. */
  readonly hasCard: boolean;
  /** What a person should know: what was taken from where, what was assumed. */
  readonly notes: readonly string[];
}

/** How {@link loadWeights} finds weights. */
export interface LoadWeightsOptions extends Omit<DownloadModelOptions, 'onNote'> {
  /** The architecture (a name of `listModels()`), for weights without a `config.json`. */
  readonly model?: string | undefined;
  /** What relative paths are relative to. Default `process.cwd()`. */
  readonly cwd?: string | undefined;
}

/**
 * Loads weights into memory; nothing is put on a backend. Pickles are read without executing
 * anything in them.
 *
 * @param source a file (safetensors, `.pth`, `.pt`, a sharded index), the URL of one, a model
 *   folder, or `hf:owner/name[@revision]` of the Hugging Face Hub or its cache
 * @throws {HubError} PATH_MISSING, SOURCE_INVALID or FOLDER_INVALID when there are none
 * @throws {HubError} MODEL_REQUIRED when they do not say which model they are for
 * @throws {HubError} MODEL_UNKNOWN when `model` is not in the zoo
 * @throws {HubError} MODEL_MISMATCH when `model` contradicts the `config.json` beside them
 * @throws {HubError} MODEL_CARD_INVALID or WEIGHTS_INVALID when a file is damaged
 * @throws {HubError} DOWNLOAD_FAILED or CACHE_MISS when they cannot be fetched
 */
export async function loadWeights(
  source: string,
  options: LoadWeightsOptions = {},
): Promise<LoadedWeights> {
  const { model, cwd = process.cwd(), env, fetch = globalThis.fetch } = options;
  const notes: string[] = [];
  const onNote = (text: string): void => void notes.push(text);
  if (/^https?:\/\//i.test(source)) {
    const state = await readStateDict(await fetchBytes(source, fetch), source, onNote);
    return withoutCard(source, state, model, notes);
  }
  const path = source.startsWith('hf:')
    ? await downloadModel(source.slice(3), { env, fetch, onNote })
    : resolve(cwd, source);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    throw new HubError('PATH_MISSING', `There is no file or folder ${path}.`);
  }
  const file = stats.isDirectory() ? weightFileIn(path) : path;
  const folder = dirname(file);
  const state = await readStateDictFile(file, onNote);
  if (stats.isDirectory() || (model === undefined && existsSync(join(folder, modelFiles.config)))) {
    const card = await readModelCard(folder);
    if (model !== undefined && model !== card.architecture) {
      throw new HubError('MODEL_MISMATCH', `${source} is a ${card.architecture}, not a ${model}.`, {
        hint: 'Leave `model` out: the weights say what they are for.',
      });
    }
    return { card, state, hasCard: true, notes };
  }
  return withoutCard(source, state, model, notes);
}

async function fetchBytes(url: string, fetch: typeof globalThis.fetch): Promise<Uint8Array> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new HubError('DOWNLOAD_FAILED', `${url} cannot be downloaded: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** Weights and nothing else: what they are for has to be given, the rest is assumed. */
function withoutCard(
  source: string,
  state: StateDict,
  model: string | undefined,
  notes: readonly string[],
): LoadedWeights {
  if (model === undefined) {
    throw new HubError('MODEL_REQUIRED', `${source} does not say which model it is for.`, {
      hint: 'Name it with `model`; `listModels()` of @resnet/model lists the models.',
    });
  }
  if (!isModelName(model)) {
    throw new HubError('MODEL_UNKNOWN', `There is no model ${model}.`, {
      hint: '`listModels()` of @resnet/model lists the models.',
    });
  }
  const card = assumedCard(model, state);
  const { interpolation, cropPct } = card.pretrainedCfg;
  const assumption =
    `${basename(source)} says nothing of preprocessing: what is common is assumed (ImageNet's ` +
    `mean and standard deviation, ${interpolation}, a centre crop of ${100 * cropPct} %)`;
  return { card, state, hasCard: false, notes: [...notes, assumption] };
}

function weightFileIn(folder: string): string {
  const found = weightFiles.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new HubError(
    'FOLDER_INVALID',
    `${folder} is no model folder: it holds no ${modelFiles.weights}.`,
  );
}

/** What torchvision's weights have: state dicts of others rarely differ where they do not say so. */
function assumedCard(model: string, state: StateDict): ModelCard {
  const weight = state.get(`${classifierPrefix(modelConfig(model))}.weight`);
  const config = modelConfig(model, { numClasses: weight?.shape[0] ?? 0 });
  return {
    // Mean and standard deviation are ImageNet's where a config.json leaves them out.
    ...parseModelConfig({
      architecture: model,
      num_classes: config.numClasses,
      pretrained_cfg: {
        input_size: [config.inChannels, ...nativeImageSize(config)],
        interpolation: 'bilinear',
        crop_pct: config.stem === 'cifar' ? 1 : 0.875,
      },
    }),
    config,
  };
}
