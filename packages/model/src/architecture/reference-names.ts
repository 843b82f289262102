import type { ResNetConfig } from './config.ts';

/**
 * What the reference calls its modules. State dicts are keyed by these names, so they are the
 * reference's verbatim, where ugly too: compatibility with published weights is the reason.
 */
export interface Names {
  readonly stemConv: string;
  readonly classifier: string;
  /** The norm after the last block of a pre-activation net. */
  readonly finalNorm: string;
  /** The classifier is a 1x1 convolution: its weight is [out, in, 1, 1]. */
  readonly classifierIsConv: boolean;
  block(stage: number, index: number): string;
  norm(block: string, index: number): string;
  shortcutConv(block: string, afterPool: boolean): string;
  shortcutNorm(block: string, afterPool: boolean): string;
}

/** torchvision's `resnet.py`, which timm's `resnet.py` follows. */
const torchvision: Names = {
  stemConv: 'conv1',
  classifier: 'fc',
  finalNorm: 'norm',
  classifierIsConv: false,
  block: (stage, index) => `layer${stage + 1}.${index}`,
  norm: (block, index) => `${block}.bn${index}`,
  // timm's ResNet-D keeps the pool in the same Sequential, so the indices shift.
  shortcutConv: (block, afterPool) => `${block}.downsample.${afterPool ? 1 : 0}`,
  shortcutNorm: (block, afterPool) => `${block}.downsample.${afterPool ? 2 : 1}`,
};

/** timm's `resnetv2.py`. */
const timmV2: Names = {
  stemConv: 'stem.conv',
  classifier: 'head.fc',
  finalNorm: 'norm',
  classifierIsConv: true,
  block: (stage, index) => `stages.${stage}.blocks.${index}`,
  norm: (block, index) => `${block}.norm${index}`,
  shortcutConv: (block) => `${block}.downsample.conv`,
  shortcutNorm: (block) => `${block}.downsample.norm`,
};

/** The names of the reference that a config follows. */
export function namesOf(config: ResNetConfig): Names {
  return config.order === 'fullPreActivation' ? timmV2 : torchvision;
}
