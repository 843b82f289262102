import type { ResNetConfig } from './config.ts';
import { batchNorm, batchNormRelu, conv } from './layers.ts';
import { ModuleBuilder, type Module } from './module.ts';
import type { Names } from './reference-names.ts';

/** Image to the first stage's input. Pre-activation nets leave norm and ReLU to the first block. */
export function buildStem(config: ResNetConfig, names: Names): Module[] {
  const stem = new ModuleBuilder();
  const width = stemOutputChannels(config);
  let x = addConvolutions(stem, config, names.stemConv);
  if (config.order !== 'fullPreActivation') {
    const norm = config.order === 'reluOnlyPreActivation' ? batchNorm : batchNormRelu;
    x = stem.add(norm('bn1', width), x);
  }
  const modules = [stem.build('stem', 'features', true)];
  if (config.stem === 'cifar') return modules;

  const pool = new ModuleBuilder();
  pool.add({ type: 'maxPool', kernelSize: 3, stride: 2, padding: 1 }, pool.input);
  modules.push(pool.build('maxpool', 'features', false));
  return modules;
}

/** Channels of the stem's output. */
export function stemOutputChannels({ stem, stemWidth }: ResNetConfig): number {
  return stem === 'deep' || stem === 'deepTiered' ? 2 * stemWidth : stemWidth;
}

function addConvolutions(stem: ModuleBuilder, config: ResNetConfig, path: string): number {
  const { inChannels, stemWidth } = config;
  if (config.stem === 'cifar') return stem.add(conv(path, inChannels, stemWidth, 3), stem.input);
  if (config.stem === 'imagenet') {
    return stem.add(conv(path, inChannels, stemWidth, 7, { stride: 2 }), stem.input);
  }
  const first = config.stem === 'deepTiered' ? 3 * Math.floor(stemWidth / 4) : stemWidth;
  let x = stem.add(conv(`${path}.0`, inChannels, first, 3, { stride: 2 }), stem.input);
  x = stem.add(batchNormRelu(`${path}.1`, first), x);
  x = stem.add(conv(`${path}.3`, first, stemWidth, 3), x);
  x = stem.add(batchNormRelu(`${path}.4`, stemWidth), x);
  return stem.add(conv(`${path}.6`, stemWidth, 2 * stemWidth, 3), x);
}
