import type { Random } from '@resnet/random';

import { coveringSize, resizedWindow, type Size } from './geometry.ts';
import type { Raster } from './raster.ts';
import type { Interpolation } from './resize/filters.ts';

/** torchvision's `RandomCrop` after an optional resize of the shorter edge. */
export interface RandomCrop {
  /** Black pixels added on every side before cropping: 4 for CIFAR's 32. */
  readonly padding: number;
  /**
   * The shorter edge is resized to this first; the crop's own size unless given. An image that
   * already has that size (CIFAR) is not touched.
   */
  readonly resize?: number | undefined;
}

/**
 * The cheap augmentation of the CIFAR papers ("Deep residual learning", section 4.2): resize to
 * cover, pad, crop at random. Resize, padding and crop are one step. Where the padded image is
 * smaller than the crop, the image is centred on black.
 */
export function randomCrop(
  raster: Raster,
  size: Size,
  { padding, resize }: RandomCrop,
  interpolation: Interpolation,
  random: Random,
): Raster {
  const [height, width] = size;
  const resized = coveringSize(raster, resize === undefined ? size : [resize, resize]);
  const crop = {
    left: offset(resized[1], width, padding, random),
    top: offset(resized[0], height, padding, random),
    width,
    height,
  };
  return resizedWindow(raster, resized, crop, interpolation);
}

function offset(size: number, crop: number, padding: number, random: Random): number {
  const spare = size + 2 * padding - crop;
  return spare < 0 ? -Math.floor((crop - size) / 2) : random.integer(spare + 1) - padding;
}
