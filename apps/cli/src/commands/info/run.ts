import { statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import {
  layerTable,
  listModels,
  modelConfig,
  nativeImageSize,
  parameterCount,
  type ResNetConfig,
} from '@resnet/model';

import type { InfoOptions } from './options.ts';
import { UsageError } from '../../errors.ts';
import { count, si } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { readCard } from '../../run-folder/open-model.ts';
import { formatTable } from '../../terminal/table.ts';
import { zooConfig } from '../../options/zoo-config.ts';

export async function runInfo(
  model: string | undefined,
  options: InfoOptions,
  io: Io,
): Promise<void> {
  if (model === undefined) {
    listAll(options, io);
    return;
  }
  const subject = await findSubject(model, options, io);
  const rows = layerTable(subject.config, subject.size);
  const parameters = parameterCount(subject.config);
  const macs = rows.reduce((sum, row) => sum + row.macs, 0);
  const [height, width] = subject.size;
  if (options.json === true) {
    const { name, config, labels } = subject;
    io.out(
      JSON.stringify({
        name,
        imageSize: [height, width],
        parameters,
        macs,
        labels,
        config,
        layers: rows,
      }),
    );
    return;
  }
  io.out(
    formatTable(
      [
        { name: 'layer' },
        { name: 'type' },
        { name: 'output' },
        { name: 'parameters', align: 'right' },
        { name: 'MACs', align: 'right' },
      ],
      rows.map((row) => [
        row.name,
        row.type,
        row.outputShape.join(' x '),
        row.parameters === 0 ? '' : count(row.parameters),
        row.macs === 0 ? '' : count(row.macs),
      ]),
      io,
    ),
  );
  io.out();
  io.out(
    `${io.color.bold(subject.name)} on ${height} x ${width}: ${count(parameters)} parameters, ` +
      `${si(macs)} MACs an image, ${count(subject.config.numClasses)} classes`,
  );
  if (subject.labels !== undefined) io.out(`classes: ${subject.labels.join(', ')}`);
}

interface Subject {
  readonly name: string;
  readonly config: ResNetConfig;
  readonly size: readonly [height: number, width: number];
  readonly labels: readonly string[] | undefined;
}

async function findSubject(model: string, options: InfoOptions, io: Io): Promise<Subject> {
  const folder = resolve(io.cwd, model);
  if (!listModels().includes(model) && (looksLikePath(model) || isFolder(folder))) {
    const card = await readCard(folder);
    if (options.classes !== undefined) {
      throw new UsageError('--classes is for models of the zoo; a trained model has its own.');
    }
    const [, height, width] = card.pretrainedCfg.inputSize;
    return {
      name: card.architecture,
      config: card.config,
      size: options.imageSize ?? [height, width],
      labels: card.labelNames,
    };
  }
  const overrides = options.classes === undefined ? {} : { numClasses: options.classes };
  const config = zooConfig(model, overrides);
  return {
    name: model,
    config,
    size: options.imageSize ?? nativeImageSize(config),
    labels: undefined,
  };
}

/** Whether a word that could be a model's name is meant as a path. */
function looksLikePath(word: string): boolean {
  return isAbsolute(word) || /[/\\]|^\.{1,2}$/.test(word);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function listAll(options: InfoOptions, io: Io): void {
  const models = listModels().map((name) => {
    const overrides = options.classes === undefined ? {} : { numClasses: options.classes };
    const config = modelConfig(name, overrides);
    const size = options.imageSize ?? nativeImageSize(config);
    const macs = layerTable(config, size).reduce((sum, row) => sum + row.macs, 0);
    return { name, parameters: parameterCount(config), imageSize: size, macs };
  });
  if (options.json === true) {
    io.out(JSON.stringify(models));
    return;
  }
  io.out(
    formatTable(
      [
        { name: 'model' },
        { name: 'parameters', align: 'right' },
        { name: 'MACs', align: 'right' },
        { name: 'at' },
      ],
      models.map(({ name, parameters, macs, imageSize }) => [
        name,
        si(parameters),
        si(macs),
        imageSize.join(' x '),
      ]),
      io,
    ),
  );
  io.out();
  io.out('`resnet info <model>` shows the layers of one.');
}
