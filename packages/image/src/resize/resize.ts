import { checkOption, checkRaster, isSize, type Raster } from '../raster.ts';
import { interpolations, type Interpolation } from './filters.ts';
import { resample, type Box } from './resample.ts';

/** The size of the result in pixels, and how it is interpolated. */
export interface ResizeOptions {
  readonly width: number;
  readonly height: number;
  readonly interpolation: Interpolation;
  /** The span of the input to resize, in pixels, fractions allowed; the whole input unless given. */
  readonly box?: Box;
}

/**
 * `Image.resize` of Pillow on an RGB image, to the last bit: two passes in fixed point, rounded
 * to 8 bits between them, with kernels that widen when shrinking (antialiasing).
 *
 * @returns a new raster of `width` x `height`
 * @throws ImageError for a malformed raster, size, interpolation or box
 */
export function resize(raster: Raster, options: ResizeOptions): Raster {
  const { width, height, interpolation, box } = options;
  checkRaster(raster, 'resize');
  checkOption(isSize(width) && isSize(height), 'resize', 'width and height are positive integers', [
    width,
    height,
  ]);
  checkInterpolation(interpolation, 'resize');
  checkOption(
    box === undefined ||
      (box[0] >= 0 &&
        box[1] >= 0 &&
        box[0] < box[2] &&
        box[1] < box[3] &&
        box[2] <= raster.width &&
        box[3] <= raster.height),
    'resize',
    `box is [left, top, right, bottom] inside the ${raster.width} x ${raster.height} image`,
    box,
  );
  return resample(raster, {
    view: { left: 0, top: 0, width: raster.width, height: raster.height },
    box,
    width,
    height,
    window: { left: 0, top: 0, width, height },
    interpolation,
  });
}

export function checkInterpolation(interpolation: Interpolation, operation: string): void {
  checkOption(
    interpolations.includes(interpolation),
    operation,
    `interpolation is one of ${interpolations.join(', ')}`,
    interpolation,
  );
}
