import type { Raster } from '../raster.ts';
import { applyTable, luma, tableOf } from './lookup.ts';

/**
 * One level of Pillow's `Image.blend`: `base + factor * (level - base)` in single precision,
 * truncated; beyond 0-1 the result is clipped.
 */
export function blend(base: number, level: number, factor: number): number {
  const value = Math.fround(base + Math.fround(factor * (level - base)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

/** `ImageEnhance.Brightness`: 0 is black, 1 the image itself, 2 twice as bright. */
export function adjustBrightness(raster: Raster, factor: number): Raster {
  if (factor === 1) return raster;
  const f = Math.fround(factor);
  return applyTable(
    raster,
    tableOf((level) => blend(0, level, f)),
  );
}

/** `ImageEnhance.Contrast`: 0 is the mean grey, 1 the image itself. */
export function adjustContrast(raster: Raster, factor: number): Raster {
  if (factor === 1) return raster;
  const { data } = raster;
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data[i]!, data[i + 1]!, data[i + 2]!);
  const mean = Math.trunc(sum / (data.length / 3) + 0.5);
  const f = Math.fround(factor);
  return applyTable(
    raster,
    tableOf((level) => blend(mean, level, f)),
  );
}

/** `ImageEnhance.Color`: 0 is grey, 1 the image itself, more is more colourful. */
export function adjustSaturation(raster: Raster, factor: number): Raster {
  if (factor === 1) return raster;
  const { data } = raster;
  const f = Math.fround(factor);
  const output = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    const grey = luma(red, green, blue);
    output[i] = blend(grey, red, f);
    output[i + 1] = blend(grey, green, f);
    output[i + 2] = blend(grey, blue, f);
  }
  return { width: raster.width, height: raster.height, data: output };
}

/** `ImageEnhance.Sharpness`: 0 is smoothed, 1 the image itself, 2 sharpened. */
export function adjustSharpness(raster: Raster, factor: number): Raster {
  if (factor === 1) return raster;
  const { width, height, data } = raster;
  const f = Math.fround(factor);
  const stride = width * 3;
  // The border is not smoothed, and blending a level with itself changes nothing.
  const output = Uint8Array.from(data);
  for (let y = 1; y < height - 1; y++) {
    for (let i = y * stride + 3; i < (y + 1) * stride - 3; i++) {
      const above = i - stride;
      const below = i + stride;
      const sum =
        data[above - 3]! +
        data[above]! +
        data[above + 3]! +
        data[i - 3]! +
        5 * data[i]! +
        data[i + 3]! +
        data[below - 3]! +
        data[below]! +
        data[below + 3]!;
      // ImageFilter.SMOOTH: (1 1 1, 1 5 1, 1 1 1) / 13, rounded; a sum of integers never ties.
      output[i] = blend(Math.trunc((2 * sum + 13) / 26), data[i]!, f);
    }
  }
  return { width, height, data: output };
}
