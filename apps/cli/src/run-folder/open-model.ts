import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { HubError, type ModelFolder, openModelFolder, readModelCard } from '@resnet/hub';
import { type ModelCard, ModelError } from '@resnet/model';

import { FailureError, UsageError } from '../errors.ts';
import { runFiles } from './layout.ts';

/**
 * What a run's `config.json` says.
 *
 * @throws {UsageError} where the folder holds no model, saying how to get one
 */
export async function readCard(folder: string): Promise<ModelCard> {
  return await withHint(folder, () => readModelCard(folder));
}

/**
 * A run's model, read and not yet on a backend.
 *
 * @throws {UsageError} where the folder holds no model, saying how to get one
 */
export async function openModel(folder: string): Promise<ModelFolder> {
  return await withHint(folder, () => openModelFolder(folder));
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
      hint: error.hint,
      cause: error,
    });
  }
}

async function withHint<T>(folder: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'FOLDER_INVALID') throw error;
    const unfinished = existsSync(join(folder, runFiles.args));
    throw new UsageError(error.message, {
      hint: unfinished
        ? `The run has not finished an epoch; \`resnet train --resume ${folder}\` goes on with it.`
        : 'Give a run folder that `resnet train` wrote, such as runs/images.',
      cause: error,
    });
  }
}
