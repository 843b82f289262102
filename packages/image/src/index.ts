export { ImageError, type ImageErrorCode, type Raster, type Rect } from './raster.ts';
export type { Size } from './geometry.ts';
export { interpolations, type Interpolation } from './resize/filters.ts';
export type { Box } from './resize/resample.ts';
export { resize, type ResizeOptions } from './resize/resize.ts';
export {
  batchOf,
  imagenetMean,
  imagenetStd,
  normalize,
  type Normalization,
  type Rgb,
} from './normalize.ts';
export {
  evalBox,
  evalCrop,
  evalTransform,
  evalTransformOf,
  type EvalFunction,
  type EvalTransform,
  type Preprocessing,
} from './eval-transform.ts';
export { augmentations, type Augmentation, type AugmentationSettings } from './augmentations.ts';
export {
  augmenter,
  defaultRandAugment,
  defaultRandomErasing,
  defaultTrainTransform,
  trainTransform,
  type TrainCrop,
  type TrainFunction,
  type TrainTransform,
} from './train-transform.ts';
export {
  randomCropRect,
  resizedCrop,
  type RandomResizedCrop,
  type Range,
} from './random-resized-crop.ts';
export { randomCrop, type RandomCrop } from './random-crop.ts';
export { colorJitter, type ColorJitter } from './color-jitter.ts';
export { randAugment, type RandAugment, type RandAugmentOp } from './rand-augment.ts';
export { randomErasing, type RandomErasing } from './random-erasing.ts';
export {
  cutmix,
  mixBatch,
  mixup,
  oneHot,
  type BatchMix,
  type MixableBatch,
  type MixOptions,
} from './mix.ts';
