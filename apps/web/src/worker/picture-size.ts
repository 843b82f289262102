import { WebPredictorError } from '../errors.ts';

/** Where Pillow and the `resnet` command give up: 512 MB as RGB. */
const maxPixels = 178_956_970;

/** Resizing the shorter edge to what a net takes makes the longer one this many times as long. */
const maxAspect = 5000;

/** @throws WebPredictorError IMAGE_TOO_LARGE */
export function checkSize({ width, height }: { width: number; height: number }): void {
  if (width * height > maxPixels) {
    throw new WebPredictorError(
      'IMAGE_TOO_LARGE',
      `expected a picture of at most ${maxPixels} pixels, received ${width} x ${height}`,
    );
  }
  if (Math.max(width, height) > maxAspect * Math.min(width, height)) {
    throw new WebPredictorError(
      'IMAGE_TOO_LARGE',
      `expected a picture at most ${maxAspect} times as long as wide, received ${width} x ${height}`,
    );
  }
}
