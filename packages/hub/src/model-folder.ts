import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hasCode, writeWhole } from '@resnet/files';
import {
  formatModelConfig,
  type ModelCard,
  parseModelConfig,
  type StateDict,
  writeSafetensors,
} from '@resnet/model';

import { HubError, messageOf } from './errors.ts';
import { modelFiles } from './model-files.ts';

/** A model on disk: `config.json` and `model.safetensors`, read and not yet on a backend. */
export interface ModelFolder {
  /** What `config.json` says: architecture, labels, preprocessing. */
  readonly card: ModelCard;
  /** The text of `config.json`. */
  readonly config: string;
  /** The bytes of `model.safetensors`, unchecked. */
  readonly weights: Uint8Array;
}

/**
 * Reads a folder in the Hugging Face / timm layout. `Predictor.load` of `@resnet/predictor` takes
 * the result as it is.
 *
 * @param folder its path; relative to the working directory where it is not absolute
 * @throws {HubError} PATH_MISSING when there is no such folder
 * @throws {HubError} FOLDER_INVALID when one of the two files is missing
 * @throws {HubError} MODEL_CARD_INVALID when `config.json` describes no model that can be built
 */
export async function openModelFolder(folder: string): Promise<ModelFolder> {
  const config = await readConfig(folder);
  const card = parseCard(folder, config);
  const weights = await reading(folder, modelFiles.weights, (path) => readFile(path));
  return { card, config, weights };
}

/**
 * Reads a model folder's `config.json` alone: cheap, and enough to know classes and image size.
 *
 * @throws {HubError} as {@link openModelFolder}
 */
export async function readModelCard(folder: string): Promise<ModelCard> {
  return parseCard(folder, await readConfig(folder));
}

/** What {@link writeModelFolder} writes, and how. */
export interface WriteModelFolderOptions {
  readonly card: ModelCard;
  /** Under torchvision's names, in torch's layout (`ResNet.stateDict()` returns it so). */
  readonly state: StateDict;
  /** Of the weights in the file: 16 bits halve it. Default 'float32'. */
  readonly dtype?: 'float32' | 'float16' | 'bfloat16' | undefined;
  /** Replace a model that is there. Default false. */
  readonly force?: boolean | undefined;
}

/**
 * Writes a model folder that timm, `openModelFolder` and the `resnet` command take. Each file is
 * replaced as one: a full disk or a kill leaves the old one or the new one, never half of one.
 *
 * @throws {HubError} PATH_TAKEN when the folder holds a model, unless `force` is set
 */
export async function writeModelFolder(
  folder: string,
  { card, state, dtype = 'float32', force = false }: WriteModelFolderOptions,
): Promise<void> {
  const paths = [modelFiles.config, modelFiles.weights].map((name) => join(folder, name));
  const existing = force ? undefined : paths.find((path) => existsSync(path));
  if (existing !== undefined) {
    throw new HubError('PATH_TAKEN', `${existing} is there already.`, {
      hint: 'Choose another folder, or set `force` to replace it.',
    });
  }
  const config = `${JSON.stringify(formatModelConfig(card), undefined, 2)}\n`;
  const weights = writeSafetensors(state, { metadata: { format: 'pt' }, dtype });
  await mkdir(folder, { recursive: true });
  await writeWhole(join(folder, modelFiles.weights), weights);
  await writeWhole(join(folder, modelFiles.config), config);
}

async function readConfig(folder: string): Promise<string> {
  return await reading(folder, modelFiles.config, (path) => readFile(path, 'utf8'));
}

function parseCard(folder: string, config: string): ModelCard {
  try {
    return parseModelConfig(config);
  } catch (cause) {
    const path = join(folder, modelFiles.config);
    throw new HubError('MODEL_CARD_INVALID', `${path} cannot be used: ${messageOf(cause)}`, {
      cause,
    });
  }
}

async function reading<T>(
  folder: string,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(join(folder, name));
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    if (!existsSync(folder)) throw new HubError('PATH_MISSING', `There is no folder ${folder}.`);
    throw new HubError('FOLDER_INVALID', `${folder} is no model folder: it holds no ${name}.`, {
      hint: `A model folder holds ${modelFiles.config} and ${modelFiles.weights}.`,
      cause: error,
    });
  }
}
