import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { makeFolder } from '@resnet/files';
import { checkWeights, loadWeights, writeModelFolder } from '@resnet/hub';
import { type ModelCard, parameterCount } from '@resnet/model';

import type { ImportOptions } from './options.ts';
import { UsageError } from '../../errors.ts';
import { count, plural, si } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { checkModelFolder } from '../../options/check-out.ts';
import { zooConfig } from '../../options/zoo-config.ts';

export async function runImport(source: string, options: ImportOptions, io: Io): Promise<void> {
  const folder = resolve(io.cwd, options.out);
  checkModelFolder(folder, options.force);
  if (options.model !== undefined) zooConfig(options.model);
  const { env, cwd } = io;
  const { model } = options;
  const { card: given, state, notes } = await loadWeights(source, { model, cwd, env });
  checkWeights(source, given.architecture, given.config, state);
  let card = given;
  if (options.labels !== undefined) {
    const labelNames = await readLabels(resolve(io.cwd, options.labels));
    checkLabelCount(labelNames, card, options.labels);
    card = { ...card, labelNames };
  }
  if (options.imageSize !== undefined) {
    const inputSize = [card.config.inChannels, ...options.imageSize] as const;
    card = { ...card, pretrainedCfg: { ...card.pretrainedCfg, inputSize } };
  }
  await makeFolder(folder);
  await writeModelFolder(folder, { card, state, force: options.force });
  for (const note of notes) io.note(`${io.noteColor.yellow('note:')} ${note}`);
  io.out(
    `${io.color.bold(card.architecture)}, ${si(parameterCount(card.config))} parameters, ` +
      `${plural(card.config.numClasses, 'class', 'classes')}: the model is in ${options.out}.`,
  );
}

/** A JSON list, or a line each. */
async function readLabels(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8');
  if (!text.trimStart().startsWith('[')) {
    return text.replace(/\r?\n$/, '').split(/\r?\n/);
  }
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path} begins as a JSON list and is none.`, { cause });
  }
  if (Array.isArray(list) && list.every((name) => typeof name === 'string')) return list;
  throw new UsageError(`${path} is no list of names.`);
}

function checkLabelCount(labels: readonly string[], { config }: ModelCard, file: string): void {
  if (labels.length === config.numClasses) return;
  throw new UsageError(
    `${file} names ${plural(labels.length, 'class', 'classes')}, the weights have ${count(config.numClasses)}.`,
  );
}
