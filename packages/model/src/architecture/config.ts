/* oxlint-disable typescript/no-unsafe-type-assertion -- values are narrowed by the checks around them */
import { ModelError } from '../errors.ts';

/** A block's inner width multiplied by this is its output width. */
export const blockExpansion = { basic: 1, bottleneck: 4 } as const;

const choices = {
  block: ['basic', 'bottleneck'],
  stem: ['imagenet', 'deep', 'deepTiered', 'cifar'],
  strideOn: ['3x3', '1x1'],
  order: [
    'original',
    'bnAfterAddition',
    'reluBeforeAddition',
    'reluOnlyPreActivation',
    'fullPreActivation',
  ],
  shortcut: [
    'identity',
    'none',
    'constantScaling',
    'exclusiveGating',
    'shortcutOnlyGating',
    'dropout',
  ],
  shortcutOption: ['A', 'B', 'C'],
  downsample: ['conv', 'averagePool'],
  attention: ['none', 'se'],
  globalPool: ['avg', 'max', 'avgmax', 'catavgmax'],
} as const;

type Choice<K extends keyof typeof choices> = (typeof choices)[K][number];

/**
 * A residual network as plain JSON: everything that its parameters and its forward pass depend
 * on, nothing left to a default. {@link resnetConfig} fills in what is common.
 */
export interface ResNetConfig {
  /** Two 3x3 convolutions, or 1x1, 3x3, 1x1 with four times the width at the end. */
  readonly block: Choice<'block'>;
  /** Blocks in each stage: `[3, 4, 6, 3]` for ResNet-50. */
  readonly layers: readonly number[];
  /** Width of each stage before the block's expansion: `[64, 128, 256, 512]`. */
  readonly channels: readonly number[];
  /**
   * `imagenet`: a 7x7 convolution of stride 2 and a max pool. `deep`: three 3x3 convolutions in
   * its place (ResNet-C and -D, "Bag of Tricks", arXiv 1812.01187); `deepTiered`: the same with
   * the widths 3/4 w, w, 2 w (timm's "t" nets). `cifar`: one 3x3 convolution, no pool.
   */
  readonly stem: Choice<'stem'>;
  /** Width of the stem's (first) convolution; the deep stems end with twice that. */
  readonly stemWidth: number;
  /** Cardinality: groups of a bottleneck's 3x3 convolution (ResNeXt, arXiv 1611.05431). */
  readonly groups: number;
  /** A bottleneck's inner width is `floor(channels * baseWidth / 64) * groups`. */
  readonly baseWidth: number;
  /** Where a bottleneck strides: on its 3x3 (v1.5, torchvision) or its first 1x1 (v1, the paper). */
  readonly strideOn: Choice<'strideOn'>;
  /**
   * Where batch norm and ReLU stand (Identity Mappings, arXiv 1603.05027, figure 4).
   * `fullPreActivation` nets bear the names of timm's `resnetv2`, the others torchvision's.
   */
  readonly order: Choice<'order'>;
  /**
   * What the shortcut does to its input (figure 2 there). `none` is a plain net. The paper's 1x1
   * convolution is `identity` with {@link shortcutOption} C.
   */
  readonly shortcut: Choice<'shortcut'>;
  /**
   * Where shapes change (arXiv 1512.03385, section 4.1): A pads with zero channels, B projects by
   * a 1x1 convolution; C projects on every shortcut.
   */
  readonly shortcutOption: Choice<'shortcutOption'>;
  /** A strided 1x1 convolution, or an average pool and then a 1x1 convolution (ResNet-D). */
  readonly downsample: Choice<'downsample'>;
  /** Squeeze-and-excitation with reduction 16 at the end of each branch (arXiv 1709.01507). */
  readonly attention: Choice<'attention'>;
  /** 32, or 16 or 8: the last stages then dilate in place of striding. 32 alone with a cifar stem. */
  readonly outputStride: number;
  readonly globalPool: Choice<'globalPool'>;
  /** Dropout before the classifier, in training. */
  readonly dropRate: number;
  /** Stochastic depth at the last block, growing linearly from 0 at the first. */
  readonly dropPathRate: number;
  readonly inChannels: number;
  /** 0: no classifier, the pooled features are the output. */
  readonly numClasses: number;
}

const imagenetDefaults: Omit<ResNetConfig, 'block' | 'layers'> = {
  channels: [64, 128, 256, 512],
  stem: 'imagenet',
  stemWidth: 64,
  groups: 1,
  baseWidth: 64,
  strideOn: '3x3',
  order: 'original',
  shortcut: 'identity',
  shortcutOption: 'B',
  downsample: 'conv',
  attention: 'none',
  outputStride: 32,
  globalPool: 'avg',
  dropRate: 0,
  dropPathRate: 0,
  inChannels: 3,
  numClasses: 1000,
};

/**
 * The full config of a net given by what differs from torchvision's ResNets.
 *
 * @throws {ModelError} CONFIG_INVALID when a field is wrong, naming it, what it may be and what it was
 */
export function resnetConfig(
  options: Pick<ResNetConfig, 'block' | 'layers'> & Partial<ResNetConfig>,
): ResNetConfig {
  return parseConfig({ ...imagenetDefaults, ...options });
}

/**
 * Checks that a value, read from JSON perhaps, is a {@link ResNetConfig}, and copies it.
 *
 * @throws {ModelError} CONFIG_INVALID when a field is wrong, naming it, what it may be and what it was
 */
export function parseConfig(value: unknown): ResNetConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('config', 'an object', value);
  }
  const fields = value as Record<string, unknown>;
  const config: ResNetConfig = {
    block: choice(fields, 'block'),
    layers: integers(fields, 'layers'),
    channels: integers(fields, 'channels'),
    stem: choice(fields, 'stem'),
    stemWidth: integer(fields, 'stemWidth', 1),
    groups: integer(fields, 'groups', 1),
    baseWidth: integer(fields, 'baseWidth', 1),
    strideOn: choice(fields, 'strideOn'),
    order: choice(fields, 'order'),
    shortcut: choice(fields, 'shortcut'),
    shortcutOption: choice(fields, 'shortcutOption'),
    downsample: choice(fields, 'downsample'),
    attention: choice(fields, 'attention'),
    outputStride: integer(fields, 'outputStride', 1),
    globalPool: choice(fields, 'globalPool'),
    dropRate: rate(fields, 'dropRate'),
    dropPathRate: rate(fields, 'dropPathRate'),
    inChannels: integer(fields, 'inChannels', 1),
    numClasses: integer(fields, 'numClasses', 0),
  };
  const unknown = Object.keys(fields).find((key) => !(key in config));
  if (unknown !== undefined) {
    throw invalid(unknown, `absent: fields are ${Object.keys(config).join(', ')}`, fields[unknown]);
  }
  checkCombination(config);
  return config;
}

/** What each field allows alone may still make no net together. */
function checkCombination(config: ResNetConfig): void {
  const { block, layers, channels, order, shortcut } = config;
  if (layers.length !== channels.length) {
    throw invalid(
      'channels',
      `as many stages as layers has (${layers.length})`,
      `${channels.length}`,
    );
  }
  if (![8, 16, 32].includes(config.outputStride)) {
    throw invalid('outputStride', '32, 16 or 8', config.outputStride);
  }
  if (config.outputStride !== 32 && config.stem === 'cifar') {
    throw invalid('outputStride', '32 with a cifar stem', config.outputStride);
  }
  if (block === 'basic' && (config.groups !== 1 || config.baseWidth !== 64)) {
    throw invalid('groups', '1 with a baseWidth of 64 in basic blocks', config.groups);
  }
  if (shortcut === 'none') {
    if (order !== 'original') throw invalid('order', 'original in a plain net', order);
    if (config.dropPathRate > 0) {
      throw invalid('dropPathRate', '0 in a plain net, which has no other path', 'more');
    }
  }
  if (config.stem !== 'imagenet' && config.stem !== 'cifar' && order === 'fullPreActivation') {
    throw invalid('stem', 'imagenet or cifar with fullPreActivation', config.stem);
  }
  if (config.attention !== 'none' && order !== 'original') {
    throw invalid('attention', 'none unless the order is original', config.attention);
  }
  if (config.downsample === 'averagePool' && order !== 'original') {
    throw invalid('downsample', 'conv unless the order is original', config.downsample);
  }
  channels.forEach((width, stage) => {
    const inner = Math.floor((width * config.baseWidth) / 64) * config.groups;
    if (inner < 1) throw invalid('baseWidth', `wide enough for stage ${stage + 1}`, inner);
  });
}

function choice<K extends keyof typeof choices>(
  fields: Record<string, unknown>,
  key: K,
): Choice<K> {
  const allowed: readonly unknown[] = choices[key];
  const value = fields[key];
  if (!allowed.includes(value)) throw invalid(key, allowed.join(', '), value);
  return value as Choice<K>;
}

/** Widths and depths past this are mistakes, and would make arithmetic on them unsafe. */
const largest = 1_000_000;

function integer(fields: Record<string, unknown>, key: string, least: number): number {
  const value = fields[key];
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > largest) {
    throw invalid(key, `an integer from ${least} to ${largest}`, value);
  }
  return value as number;
}

function integers(fields: Record<string, unknown>, key: string): readonly number[] {
  const value = fields[key];
  const ok = (item: unknown): boolean =>
    Number.isInteger(item) && (item as number) >= 1 && (item as number) <= largest;
  if (!Array.isArray(value) || value.length === 0 || value.length > 16 || !value.every(ok)) {
    throw invalid(key, 'a list of 1 to 16 positive integers, one a stage', value);
  }
  return [...(value as number[])];
}

function rate(fields: Record<string, unknown>, key: string): number {
  const value = fields[key];
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
    throw invalid(key, 'a number in [0, 1)', value);
  }
  return value;
}

function invalid(field: string, expected: string, received: unknown): ModelError {
  const shown = typeof received === 'string' ? received : JSON.stringify(received);
  return new ModelError(
    'CONFIG_INVALID',
    `ResNetConfig: ${field} must be ${expected}; received ${shown?.slice(0, 200)}`,
  );
}
