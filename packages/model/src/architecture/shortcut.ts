import type { BlockPlace } from './block-place.ts';
import type { ResNetConfig } from './config.ts';
import { batchNorm, batchNormRelu, conv } from './layers.ts';
import type { ModuleBuilder } from './module.ts';
import type { Names } from './reference-names.ts';

/**
 * The other path through a block, before it is scaled or gated.
 *
 * @param activated the block's input after the block's own first norm and ReLU, if it has them.
 *   Pre-activation nets project that, and so does a net's very first block without projecting
 *   (Identity Mappings, section 6); elsewhere the shortcut carries the input as it came.
 */
export function addShortcut(
  block: ModuleBuilder,
  config: ResNetConfig,
  names: Names,
  place: BlockPlace,
  outChannels: number,
  activated: number,
): number {
  const { path, inChannels, stride } = place;
  const changes = stride !== 1 || inChannels !== outChannels;
  // timm's pre-activation nets project at the start of each stage even where no shape changes.
  const isV2StageStart =
    config.order === 'fullPreActivation' && config.block === 'bottleneck' && place.isFirstOfStage;
  const projects =
    config.shortcutOption === 'C' || (config.shortcutOption === 'B' && (changes || isV2StageStart));

  let x = projects || place.isFirstOfNet ? activated : block.input;
  if (!projects) return changes ? addZeroPad(block, inChannels, outChannels, stride, x) : x;

  const pools = config.downsample === 'averagePool';
  if (pools) x = addAveragePool(block, place, x);
  x = block.add(
    conv(names.shortcutConv(path, pools), inChannels, outChannels, 1, {
      stride: pools ? 1 : stride,
    }),
    x,
  );
  if (config.order === 'fullPreActivation') return x;
  return block.add(batchNorm(names.shortcutNorm(path, pools), outChannels), x);
}

/**
 * ResNet-D's pool before a projection: size 2, whatever the stride. Where the stage dilates in place
 * of striding it is timm's `AvgPool2dSame`, which keeps the size and counts its padding, zeros at
 * the end, as pixels.
 */
function addAveragePool(
  block: ModuleBuilder,
  { stride, dilation, isFirstOfStage }: BlockPlace,
  input: number,
): number {
  const pool = { type: 'avgPool', kernelSize: 2, padding: 0, countIncludePad: false } as const;
  // ceilMode keeps odd sizes in step with the branch.
  if (stride > 1) return block.add({ ...pool, stride, ceilMode: true }, input);
  if (dilation === 1 || !isFirstOfStage) return input;
  const padded = block.add({ type: 'padEnd', count: 1 }, input);
  return block.add({ ...pool, stride: 1, ceilMode: false }, padded);
}

/** Option A: every second pixel, zero channels on both sides. No parameters. */
function addZeroPad(
  block: ModuleBuilder,
  inChannels: number,
  outChannels: number,
  stride: number,
  input: number,
): number {
  let x = input;
  if (stride > 1) {
    const pool = { type: 'avgPool', kernelSize: 1, stride, padding: 0 } as const;
    x = block.add({ ...pool, ceilMode: false, countIncludePad: false }, x);
  }
  const before = Math.floor((outChannels - inChannels) / 2);
  const after = outChannels - inChannels - before;
  return after > 0 ? block.add({ type: 'padChannels', before, after }, x) : x;
}

/** Scaling, gating and adding (figure 2 of Identity Mappings), and what follows the addition. */
export function joinPaths(
  block: ModuleBuilder,
  config: ResNetConfig,
  names: Names,
  place: BlockPlace,
  channels: number,
  convCount: number,
  branchEnd: number,
  shortcutEnd: number,
): void {
  let branch = branchEnd;
  let shortcut = shortcutEnd;
  switch (config.shortcut) {
    case 'constantScaling':
      branch = block.add({ type: 'affine', factor: 0.5, shift: 0 }, branch);
      shortcut = block.add({ type: 'affine', factor: 0.5, shift: 0 }, shortcut);
      break;
    case 'exclusiveGating':
    case 'shortcutOnlyGating': {
      const gate = addGate(block, place, channels);
      if (config.shortcut === 'exclusiveGating') {
        branch = block.add({ type: 'multiply' }, branch, gate);
      }
      const rest = block.add({ type: 'affine', factor: -1, shift: 1 }, gate);
      shortcut = block.add({ type: 'multiply' }, shortcut, rest);
      break;
    }
    case 'dropout':
      shortcut = block.add({ type: 'dropout', rate: 0.5 }, shortcut);
      break;
    default:
  }
  switch (config.order) {
    case 'original':
      block.add({ type: 'addRelu' }, branch, shortcut);
      break;
    case 'bnAfterAddition': {
      const sum = block.add({ type: 'add' }, branch, shortcut);
      block.add(batchNormRelu(names.norm(place.path, convCount), channels), sum);
      break;
    }
    default:
      block.add({ type: 'add' }, branch, shortcut);
  }
}

/** sigmoid(1x1 convolution + bias); the paper's best bias start was -6 (section 3.1, table 1). */
function addGate(block: ModuleBuilder, place: BlockPlace, channels: number): number {
  const { path, inChannels, stride } = place;
  const op = conv(`${path}.gate`, inChannels, channels, 1, { stride, bias: -6 });
  return block.add({ type: 'sigmoid' }, block.add(op, block.input));
}
