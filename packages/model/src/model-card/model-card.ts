import type { ResNetConfig } from '../architecture/config.ts';

/** How images were prepared when the weights were made: timm's `pretrained_cfg`. */
export interface PretrainedConfig {
  /** [channels, height, width] */
  readonly inputSize: readonly [channels: number, height: number, width: number];
  /** Of each channel, on pixels in 0..1. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly interpolation: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
  /** Fraction of the shorter edge that the centre crop keeps. */
  readonly cropPct: number;
}

/** What the `config.json` of a model folder says: the net, its classes, its preprocessing. */
export interface ModelCard {
  readonly architecture: string;
  readonly config: ResNetConfig;
  /** One for each class, by index. */
  readonly labelNames: readonly string[];
  readonly pretrainedCfg: PretrainedConfig;
}
