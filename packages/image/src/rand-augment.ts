import type { Random } from '@resnet/random';

import { rotate, shearX, shearY, translate } from './ops/affine.ts';
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
} from './ops/blend.ts';
import { autoContrast, equalize, posterize, solarize } from './ops/tone.ts';
import { checkOption, roundHalfEven, type Raster } from './raster.ts';

/** RandAugment (Cubuk et al., 2019): how many operations, and how strong. */
export interface RandAugment {
  /** Operations applied one after the other. */
  readonly numOps: number;
  /** 0 to 30, the strength of them all. */
  readonly magnitude: number;
}

/** One operation that {@link randAugment} may draw, with torchvision's range of magnitudes. */
export interface RandAugmentOp {
  readonly name: string;
  /** Whether the magnitude's sign is drawn. */
  readonly signed: boolean;
  /** From a level 0 to 1 to the operation's own unit; `size` is [width, height]. */
  readonly magnitude: (level: number, size: readonly [number, number]) => number;
  readonly apply: (raster: Raster, magnitude: number) => Raster;
}

const bins = 31;
const none = (): number => 0;
const enhance = (level: number): number => Math.fround(0.9 * level);
const shear = (level: number): number => Math.fround(0.3 * level);

/** torchvision's `RandAugment._augmentation_space`, names and ranges and order. */
export const randAugmentOps: readonly RandAugmentOp[] = [
  { name: 'Identity', signed: false, magnitude: none, apply: (image) => image },
  { name: 'ShearX', signed: true, magnitude: shear, apply: shearX },
  { name: 'ShearY', signed: true, magnitude: shear, apply: shearY },
  {
    name: 'TranslateX',
    signed: true,
    magnitude: (level, [width]) => Math.fround((150 / 331) * width * level),
    apply: (image, x) => translate(image, Math.trunc(x), 0),
  },
  {
    name: 'TranslateY',
    signed: true,
    magnitude: (level, [, height]) => Math.fround((150 / 331) * height * level),
    apply: (image, y) => translate(image, 0, Math.trunc(y)),
  },
  { name: 'Rotate', signed: true, magnitude: (level) => Math.fround(30 * level), apply: rotate },
  {
    name: 'Brightness',
    signed: true,
    magnitude: enhance,
    apply: (image, m) => adjustBrightness(image, 1 + m),
  },
  {
    name: 'Color',
    signed: true,
    magnitude: enhance,
    apply: (image, m) => adjustSaturation(image, 1 + m),
  },
  {
    name: 'Contrast',
    signed: true,
    magnitude: enhance,
    apply: (image, m) => adjustContrast(image, 1 + m),
  },
  {
    name: 'Sharpness',
    signed: true,
    magnitude: enhance,
    apply: (image, m) => adjustSharpness(image, 1 + m),
  },
  {
    name: 'Posterize',
    signed: false,
    magnitude: (level) => 8 - roundHalfEven(4 * level),
    apply: posterize,
  },
  {
    name: 'Solarize',
    signed: false,
    magnitude: (level) => Math.fround(255 * (1 - level)),
    apply: solarize,
  },
  { name: 'AutoContrast', signed: false, magnitude: none, apply: autoContrast },
  { name: 'Equalize', signed: false, magnitude: none, apply: equalize },
];

/**
 * RandAugment (Cubuk et al., 2019) as torchvision has it: `numOps` operations, each as likely, at
 * one magnitude of 31 bins; nearest neighbour and black where geometry changes.
 */
export function randAugment(
  raster: Raster,
  { numOps, magnitude }: RandAugment,
  random: Random,
): Raster {
  let result = raster;
  for (let i = 0; i < numOps; i++) {
    const op = random.pick(randAugmentOps);
    let strength = op.magnitude(magnitude / (bins - 1), [raster.width, raster.height]);
    if (op.signed && random.chance(0.5)) strength = -strength;
    result = op.apply(result, strength);
  }
  return result;
}

export function checkRandAugment(options: RandAugment): void {
  checkOption(
    Number.isInteger(options.numOps) &&
      options.numOps >= 0 &&
      options.magnitude >= 0 &&
      options.magnitude < bins,
    'randAugment',
    `numOps is an integer from 0, magnitude 0 to ${bins - 1}`,
    options,
  );
}
