import type { Raster, Rect } from './raster.ts';
import { roundHalfEven } from './raster.ts';
import type { Interpolation } from './resize/filters.ts';
import { resample } from './resize/resample.ts';

/** [height, width], as torch and timm write sizes. */
export type Size = readonly [height: number, width: number];

/**
 * The size that `Resize` gives: for a square target, torchvision's rule (shorter edge to the
 * target, the other truncated); else timm's `ResizeKeepRatio` (the image just covers the target,
 * edges rounded).
 */
export function coveringSize(
  raster: Pick<Raster, 'width' | 'height'>,
  [height, width]: Size,
): Size {
  const { width: w, height: h } = raster;
  if (height === width) {
    return w <= h
      ? [Math.max(1, Math.trunc((height * h) / w)), height]
      : [height, Math.max(1, Math.trunc((height * w) / h))];
  }
  const ratio = Math.min(h / height, w / width);
  return [Math.max(1, roundHalfEven(h / ratio)), Math.max(1, roundHalfEven(w / ratio))];
}

/**
 * Where `CenterCrop` cuts, by torchvision's rounding (ties to even). Where the image is smaller
 * than the crop it is padded first, the odd pixel going right and below, and the offset is negative.
 */
export function centerCropOffset(size: number, crop: number): number {
  return crop > size ? -Math.floor((crop - size) / 2) : roundHalfEven((size - crop) / 2);
}

/**
 * `crop` of the image resized to `size`, in one step; what lies outside the image is black.
 * Only the pixels that are kept are computed.
 */
export function resizedWindow(
  raster: Raster,
  [height, width]: Size,
  crop: Rect,
  interpolation: Interpolation,
): Raster {
  const left = Math.max(crop.left, 0);
  const top = Math.max(crop.top, 0);
  const window = {
    left,
    top,
    width: Math.min(crop.left + crop.width, width) - left,
    height: Math.min(crop.top + crop.height, height) - top,
  };
  const inside = resample(raster, {
    view: { left: 0, top: 0, width: raster.width, height: raster.height },
    width,
    height,
    window,
    interpolation,
  });
  if (window.width === crop.width && window.height === crop.height) return inside;
  const data = new Uint8Array(crop.width * crop.height * 3);
  const length = window.width * 3;
  for (let y = 0; y < window.height; y++) {
    const to = ((y + top - crop.top) * crop.width + left - crop.left) * 3;
    data.set(inside.data.subarray(y * length, (y + 1) * length), to);
  }
  return { width: crop.width, height: crop.height, data };
}
