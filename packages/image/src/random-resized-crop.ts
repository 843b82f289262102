import type { Random } from '@resnet/random';

import type { Size } from './geometry.ts';
import { roundHalfEven, type Raster, type Rect } from './raster.ts';
import type { Interpolation } from './resize/filters.ts';
import { resample } from './resize/resample.ts';

/** A range, both ends possible. */
export type Range = readonly [low: number, high: number];

/** The ranges that torchvision's `RandomResizedCrop` draws from. */
export interface RandomResizedCrop {
  /** Fraction of the image's area that the crop covers. */
  readonly scale: Range;
  /** Width over height of the crop, drawn evenly on a log scale. */
  readonly ratio: Range;
}

/**
 * The rectangle that torchvision's `RandomResizedCrop.get_params` draws: up to ten tries, then the
 * largest centred crop whose ratio is in range. From "Going deeper with convolutions" (2014).
 */
export function randomCropRect(
  width: number,
  height: number,
  { scale, ratio }: RandomResizedCrop,
  random: Random,
): Rect {
  const area = width * height;
  const logLow = Math.log(ratio[0]);
  const logHigh = Math.log(ratio[1]);
  for (let attempt = 0; attempt < 10; attempt++) {
    const target = area * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(logLow, logHigh));
    const w = roundHalfEven(Math.sqrt(target * aspect));
    const h = roundHalfEven(Math.sqrt(target / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1);
      const left = random.integer(width - w + 1);
      return { left, top, width: w, height: h };
    }
  }
  const aspect = width / height;
  let w = width;
  let h = height;
  if (aspect < ratio[0]) h = Math.min(height, Math.max(1, roundHalfEven(w / ratio[0])));
  else if (aspect > ratio[1]) w = Math.min(width, Math.max(1, roundHalfEven(h * ratio[1])));
  return {
    left: Math.floor((width - w) / 2),
    top: Math.floor((height - h) / 2),
    width: w,
    height: h,
  };
}

/** Crop `rect`, then resize it to `size`: torchvision's `resized_crop`, without copying the crop. */
export function resizedCrop(
  raster: Raster,
  rect: Rect,
  [height, width]: Size,
  interpolation: Interpolation,
): Raster {
  return resample(raster, {
    view: rect,
    width,
    height,
    window: { left: 0, top: 0, width, height },
    interpolation,
  });
}
