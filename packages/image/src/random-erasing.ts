import type { Random } from '@resnet/random';

import type { Range } from './random-resized-crop.ts';
import { checkOption, roundHalfEven } from './raster.ts';

/**
 * torchvision's `RandomErasing` (Zhong et al., 2017): the chance of it, and what the rectangle is
 * drawn from.
 */
export interface RandomErasing {
  readonly probability: number;
  /** Fraction of the image's area. */
  readonly scale: Range;
  /** Height over width, drawn evenly on a log scale. */
  readonly ratio: Range;
  /**
   * What is written over normalised pixels: 0 (the mean colour), one normal draw a channel, or
   * one a pixel and channel: timm's 'const', 'rand' and 'pixel'.
   */
  readonly fill: 'zero' | 'color' | 'pixel';
}

/**
 * Random erasing (Zhong et al., 2017) on a normalised image, in place: torchvision's and timm's
 * geometry, up to ten tries for a rectangle smaller than the image.
 *
 * @param image `height * width * 3` floats, HWC
 */
export function randomErasing(
  image: Float32Array,
  height: number,
  width: number,
  { probability, scale, ratio, fill }: RandomErasing,
  random: Random,
): void {
  if (!random.chance(probability)) return;
  const logLow = Math.log(ratio[0]);
  const logHigh = Math.log(ratio[1]);
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(scale[0], scale[1]);
    const aspect = Math.exp(random.uniform(logLow, logHigh));
    const h = roundHalfEven(Math.sqrt(area * aspect));
    const w = roundHalfEven(Math.sqrt(area / aspect));
    if (!(h < height && w < width)) continue;
    const top = random.integer(height - h + 1);
    const left = random.integer(width - w + 1);
    const color =
      fill === 'color' ? [random.normal(), random.normal(), random.normal()] : [0, 0, 0];
    for (let y = top; y < top + h; y++) {
      const from = (y * width + left) * 3;
      for (let i = 0; i < w * 3; i++) {
        image[from + i] = fill === 'pixel' ? random.normal() : color[i % 3]!;
      }
    }
    return;
  }
}

export function checkRandomErasing(options: RandomErasing): void {
  const { probability, scale, ratio, fill } = options;
  checkOption(
    probability >= 0 &&
      probability <= 1 &&
      scale[0] >= 0 &&
      scale[0] <= scale[1] &&
      scale[1] <= 1 &&
      ratio[0] > 0 &&
      ratio[0] <= ratio[1] &&
      ['zero', 'color', 'pixel'].includes(fill),
    'randomErasing',
    'probability is 0 to 1, scale and ratio are [low, high], fill is zero, color or pixel',
    options,
  );
}
