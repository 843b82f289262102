import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

import { ModelError, parseModelConfig } from '@resnet/model';

import { FailureError, UsageError } from '../errors.ts';
import { runFiles } from './layout.ts';
import { hasCode } from '@resnet/files';

export type ModelCard = ReturnType<typeof parseModelConfig>;

/**
 * Reads a model folder's `config.json`.
 *
 * @throws {UsageError} where the folder holds none, or none that can be read
 */
export async function readModelCard(folder: string): Promise<ModelCard> {
  const path = join(folder, runFiles.config);
  const text = await readModelFile(folder, runFiles.config, (path) => readFile(path, 'utf8'));
  try {
    return parseModelConfig(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be used: ${reason}`, { cause: error });
  }
}

/**
 * Reads both files of a model folder.
 *
 * @throws {UsageError} where one is missing
 */
export async function readModelFiles(
  folder: string,
): Promise<{ config: string; weights: Uint8Array }> {
  const config = await readModelFile(folder, runFiles.config, (path) => readFile(path, 'utf8'));
  const weights = await readModelFile(folder, runFiles.weights, (path) => readFile(path));
  return { config, weights };
}

/**
 * Does what reads a model folder's weights, and says which file it was that could not be used.
 *
 * @throws {FailureError} where they are damaged, or another model's
 */
export async function usingWeights<T>(folder: string, load: () => T | Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new FailureError(`${join(folder, runFiles.weights)} cannot be used: ${error.message}`, {
      cause: error,
    });
  }
}

async function readModelFile<T>(
  folder: string,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(join(folder, name));
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    if (!existsSync(folder)) throw new UsageError(`There is no folder ${folder}.`);
    const unfinished = existsSync(join(folder, runFiles.args));
    throw new UsageError(`${folder} is no model folder: it holds no ${name}.`, {
      hint: unfinished
        ? `The run has not finished an epoch; \`resnet train --resume ${folder}\` goes on with it.`
        : 'Give a run folder that `resnet train` wrote, such as runs/pictures.',
    });
  }
}

/** Whether a word that could be a model's name is meant as a path. */
export function looksLikePath(word: string): boolean {
  return isAbsolute(word) || /[/\\]|^\.{1,2}$/.test(word);
}
