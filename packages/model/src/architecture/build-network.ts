import { ModelError } from '../errors.ts';
import { buildBlock } from './block.ts';
import { blockExpansion, type ResNetConfig } from './config.ts';
import { addGlobalPool, batchNormRelu, linear } from './layers.ts';
import { ModuleBuilder, type Network, type Module } from './module.ts';
import { namesOf, type Names } from './reference-names.ts';
import { buildStem, stemOutputChannels } from './stem.ts';

/** Fifteen times the deepest of the papers' nets: what is more is a config that wants our memory. */
const mostBlocks = 10_000;

/**
 * The modules of a net, in order, with the names of their parameters. Needs no backend.
 *
 * @throws {ModelError} CONFIG_INVALID when it has more than 10,000 blocks
 */
export function buildNetwork(config: ResNetConfig): Network {
  const names = namesOf(config);
  return {
    modules: [
      ...buildStem(config, names),
      ...buildStages(config, names),
      ...buildFinalNorm(config, names),
      buildHead(config, names),
    ],
  };
}

/** Channels of the last feature map: timm's `num_features`. */
export function numFeatures(config: ResNetConfig): number {
  return config.channels.at(-1)! * blockExpansion[config.block];
}

function buildStages(config: ResNetConfig, names: Names): Module[] {
  const blockCount = config.layers.reduce((sum, depth) => sum + depth, 0);
  if (blockCount > mostBlocks) {
    throw new ModelError(
      'CONFIG_INVALID',
      `ResNetConfig: a net has ${mostBlocks} blocks at most, received layers of ${blockCount}`,
    );
  }
  const modules: Module[] = [];
  let inChannels = stemOutputChannels(config);
  let netStride = config.stem === 'cifar' ? 1 : 4;
  let dilation = 1;
  let previousDilation = 1;
  config.layers.forEach((depth, stage) => {
    let stride = stage === 0 ? 1 : 2;
    if (netStride >= config.outputStride) {
      dilation *= stride;
      stride = 1;
    }
    netStride *= stride;
    const width = config.channels[stage]!;
    for (let index = 0; index < depth; index++) {
      modules.push(
        buildBlock(config, names, {
          path: names.block(stage, index),
          inChannels,
          width,
          stride: index === 0 ? stride : 1,
          dilation,
          firstDilation: previousDilation,
          isFirstOfNet: stage === 0 && index === 0,
          isFirstOfStage: index === 0,
          isLastOfStage: index === depth - 1,
          dropPathRate: (config.dropPathRate * modules.length) / Math.max(1, blockCount - 1),
        }),
      );
      inChannels = width * blockExpansion[config.block];
      previousDilation = dilation;
    }
  });
  return modules;
}

/** Pre-activation nets activate what their last addition gives. */
function buildFinalNorm(config: ResNetConfig, names: Names): Module[] {
  const { order } = config;
  if (order !== 'fullPreActivation' && order !== 'reluOnlyPreActivation') return [];
  const final = new ModuleBuilder();
  if (order === 'fullPreActivation') {
    final.add(batchNormRelu(names.finalNorm, numFeatures(config)), final.input);
  } else {
    final.relu(final.input);
  }
  return [final.build(names.finalNorm, 'features', false)];
}

function buildHead(config: ResNetConfig, names: Names): Module {
  const head = new ModuleBuilder();
  const { globalPool, numClasses, dropRate } = config;
  let x = addGlobalPool(head, globalPool, head.input);
  if (dropRate > 0) x = head.add({ type: 'dropout', rate: dropRate }, x);
  if (numClasses > 0) {
    const inFeatures = numFeatures(config) * (globalPool === 'catavgmax' ? 2 : 1);
    head.add(linear(names.classifier, inFeatures, numClasses, names.classifierIsConv), x);
  }
  return head.build('head', 'head', false);
}
