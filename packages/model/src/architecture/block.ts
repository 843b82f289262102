import type { BlockPlace } from './block-place.ts';
import { blockExpansion, type ResNetConfig } from './config.ts';
import { addGlobalPool, batchNorm, batchNormRelu, conv, linear } from './layers.ts';
import { ModuleBuilder, type Module } from './module.ts';
import type { Names } from './reference-names.ts';
import { addShortcut, joinPaths } from './shortcut.ts';

interface BranchConv {
  readonly channels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
}

/** A residual block, basic or bottleneck, or a plain net's without a shortcut. */
export function buildBlock(config: ResNetConfig, names: Names, place: BlockPlace): Module {
  const block = new ModuleBuilder();
  const { order } = config;
  const convs = branchConvs(config, place);

  let start = block.input;
  if (order === 'fullPreActivation') {
    start = block.add(batchNormRelu(names.norm(place.path, 1), place.inChannels), start);
  } else if (order === 'reluOnlyPreActivation') {
    start = block.relu(start);
  }

  let x = addBranch(block, config, names, place, convs, start);
  const channels = convs.at(-1)!.channels;
  if (config.attention === 'se') x = addSqueezeExcite(block, `${place.path}.se`, channels, x);
  if (place.dropPathRate > 0) x = block.add({ type: 'dropPath', rate: place.dropPathRate }, x);

  if (config.shortcut !== 'none') {
    const shortcut = addShortcut(block, config, names, place, channels, start);
    joinPaths(block, config, names, place, channels, convs.length, x, shortcut);
  } else if (config.attention === 'se') {
    block.relu(x);
  }
  return block.build(place.path, 'features', place.isLastOfStage);
}

function branchConvs(config: ResNetConfig, place: BlockPlace): BranchConv[] {
  const { width, stride, dilation, firstDilation } = place;
  if (config.block === 'basic') {
    return [
      { channels: width, kernelSize: 3, stride, dilation: firstDilation, groups: 1 },
      { channels: width, kernelSize: 3, stride: 1, dilation, groups: 1 },
    ];
  }
  const inner = Math.floor((width * config.baseWidth) / 64) * config.groups;
  const pointwise = { kernelSize: 1, dilation: 1, groups: 1 };
  const strideFirst = config.strideOn === '1x1';
  return [
    { ...pointwise, channels: inner, stride: strideFirst ? stride : 1 },
    {
      channels: inner,
      kernelSize: 3,
      stride: strideFirst ? 1 : stride,
      dilation: firstDilation,
      groups: config.groups,
    },
    { ...pointwise, channels: width * blockExpansion.bottleneck, stride: 1 },
  ];
}

/** Figure 4 of Identity Mappings: (a) original to (e) full pre-activation. */
function addBranch(
  block: ModuleBuilder,
  config: ResNetConfig,
  names: Names,
  { path, inChannels }: BlockPlace,
  convs: readonly BranchConv[],
  start: number,
): number {
  const { order } = config;
  let x = start;
  let channels = inChannels;
  convs.forEach((layer, i) => {
    const isLast = i === convs.length - 1;
    if (order === 'fullPreActivation' && i > 0) {
      x = block.add(batchNormRelu(names.norm(path, i + 1), channels), x);
    }
    const normFollows = order !== 'fullPreActivation' && !(isLast && order === 'bnAfterAddition');
    const { kernelSize, stride, dilation, groups } = layer;
    // Without a norm at its end, a branch is zeroed through its last convolution.
    const endsBranch = isLast && !normFollows;
    x = block.add(
      conv(`${path}.conv${i + 1}`, channels, layer.channels, kernelSize, {
        stride,
        dilation,
        groups,
        endsBranch,
      }),
      x,
    );
    channels = layer.channels;
    if (!normFollows) return;
    const reluFollows = !isLast || order === 'reluBeforeAddition' || endsPlain(config);
    x = block.add(
      batchNorm(names.norm(path, i + 1), channels, {
        activation: reluFollows ? 'relu' : 'none',
        endsBranch: isLast,
      }),
      x,
    );
  });
  return x;
}

/** In a plain net nothing is added before a block's last ReLU. */
function endsPlain({ shortcut, attention }: ResNetConfig): boolean {
  return shortcut === 'none' && attention === 'none';
}

/** timm's SEModule: a sixteenth of the channels, rounded to a multiple of 8, at least 8. */
function addSqueezeExcite(block: ModuleBuilder, path: string, channels: number, x: number): number {
  const reduced = Math.max(8, Math.floor((channels / 16 + 4) / 8) * 8);
  let gate = addGlobalPool(block, 'avg', x);
  gate = block.relu(block.add(linear(`${path}.fc1`, channels, reduced, true), gate));
  gate = block.add(linear(`${path}.fc2`, reduced, channels, true), gate);
  return block.add({ type: 'multiplyChannels' }, x, block.add({ type: 'sigmoid' }, gate));
}
