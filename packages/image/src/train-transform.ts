import type { Random } from '@resnet/random';

import { checkColorJitter, colorJitter, type ColorJitter } from './color-jitter.ts';
import { checkInputSize, evalCrop } from './eval-transform.ts';
import type { Size } from './geometry.ts';
import { imagenetMean, imagenetStd, normalizer, type Normalization } from './normalize.ts';
import { flipHorizontal } from './ops/flip.ts';
import { checkRandAugment, randAugment, type RandAugment } from './rand-augment.ts';
import { randomCrop, type RandomCrop } from './random-crop.ts';
import { checkRandomErasing, randomErasing, type RandomErasing } from './random-erasing.ts';
import { randomCropRect, resizedCrop, type RandomResizedCrop } from './random-resized-crop.ts';
import { checkOption, checkRaster, isSize, type Raster } from './raster.ts';
import type { Interpolation } from './resize/filters.ts';
import { checkInterpolation } from './resize/resize.ts';

/** How the input window is cut from the image. */
export type TrainCrop =
  | ({ readonly kind: 'randomResizedCrop' } & RandomResizedCrop)
  | ({ readonly kind: 'randomCrop' } & RandomCrop)
  | { readonly kind: 'centerCrop'; readonly cropPct: number };

/** How an image becomes a network's input in training. Plain JSON: it travels to workers and into `args.json`. */
export interface TrainTransform extends Normalization {
  /** [height, width] of the result. */
  readonly inputSize: Size;
  readonly interpolation: Interpolation;
  readonly crop: TrainCrop;
  /** The chance of a horizontal flip. */
  readonly horizontalFlip: number;
  readonly colorJitter: ColorJitter | null;
  readonly randAugment: RandAugment | null;
  readonly randomErasing: RandomErasing | null;
}

/**
 * torchvision's baseline for ImageNet: RandomResizedCrop(224), a flip in half of the cases,
 * nothing else. Spread it and change what differs.
 */
export const defaultTrainTransform: TrainTransform = {
  inputSize: [224, 224],
  interpolation: 'bilinear',
  crop: { kind: 'randomResizedCrop', scale: [0.08, 1], ratio: [3 / 4, 4 / 3] },
  horizontalFlip: 0.5,
  colorJitter: null,
  randAugment: null,
  randomErasing: null,
  mean: imagenetMean,
  std: imagenetStd,
};

/** torchvision's and timm's usual random erasing; set its probability to use it. */
export const defaultRandomErasing: RandomErasing = {
  probability: 0.25,
  scale: [0.02, 1 / 3],
  ratio: [0.3, 1 / 0.3],
  fill: 'zero',
};

/** torchvision's `RandAugment()`. */
export const defaultRandAugment: RandAugment = { numOps: 2, magnitude: 9 };

/** From an image to `height * width * 3` floats (HWC); written into `out` where given. */
export type TrainFunction = (raster: Raster, random: Random, out?: Float32Array) => Float32Array;

/**
 * The training transform, in torchvision's order: crop, flip, RandAugment, colour jitter,
 * normalisation, random erasing. All randomness comes from `random`: the same image and the same
 * generator state give the same floats on every platform.
 *
 * @throws ImageError for options out of range, and (when called) for a malformed raster
 */
export function trainTransform(options: TrainTransform): TrainFunction {
  const augment = augmenter(options);
  const toFloats = normalizer(options);
  const [height, width] = options.inputSize;
  return (raster, random, out) => {
    const image = toFloats(augment(raster, random), out);
    if (options.randomErasing !== null) {
      randomErasing(image, height, width, options.randomErasing, random);
    }
    return image;
  };
}

/** The pixel part of {@link trainTransform}, before normalisation and erasing: for previews. */
export function augmenter(options: TrainTransform): (raster: Raster, random: Random) => Raster {
  check(options);
  const cut = cropper(options);
  return (raster, random) => {
    checkRaster(raster, 'trainTransform');
    let image = cut(raster, random);
    if (random.chance(options.horizontalFlip)) image = flipHorizontal(image);
    if (options.randAugment !== null) image = randAugment(image, options.randAugment, random);
    if (options.colorJitter !== null) image = colorJitter(image, options.colorJitter, random);
    return image;
  };
}

function cropper(options: TrainTransform): (raster: Raster, random: Random) => Raster {
  const { crop, inputSize, interpolation } = options;
  if (crop.kind === 'centerCrop') return evalCrop({ ...options, cropPct: crop.cropPct });
  if (crop.kind === 'randomCrop') {
    return (raster, random) => randomCrop(raster, inputSize, crop, interpolation, random);
  }
  return (raster, random) => {
    const rect = randomCropRect(raster.width, raster.height, crop, random);
    return resizedCrop(raster, rect, inputSize, interpolation);
  };
}

function check(options: TrainTransform): void {
  const operation = 'trainTransform';
  const { crop, horizontalFlip } = options;
  checkInputSize(options.inputSize, operation);
  checkInterpolation(options.interpolation, operation);
  checkOption(
    horizontalFlip >= 0 && horizontalFlip <= 1,
    operation,
    'horizontalFlip is 0 to 1',
    horizontalFlip,
  );
  if (crop.kind === 'randomResizedCrop') {
    const { scale, ratio } = crop;
    checkOption(
      scale[0] > 0 && scale[0] <= scale[1] && ratio[0] > 0 && ratio[0] <= ratio[1],
      operation,
      'crop.scale and crop.ratio are [low, high], both positive',
      crop,
    );
  } else if (crop.kind === 'randomCrop') {
    checkOption(
      Number.isInteger(crop.padding) &&
        crop.padding >= 0 &&
        (crop.resize === undefined || isSize(crop.resize)),
      operation,
      'crop.padding is an integer from 0, crop.resize a positive integer',
      crop,
    );
  } else {
    checkOption(
      crop.kind === 'centerCrop',
      operation,
      'crop.kind is randomResizedCrop, randomCrop or centerCrop',
      crop,
    );
  }
  if (options.colorJitter !== null) checkColorJitter(options.colorJitter);
  if (options.randAugment !== null) checkRandAugment(options.randAugment);
  if (options.randomErasing !== null) checkRandomErasing(options.randomErasing);
}
