import type { Raster } from '../raster.ts';
import { applyTable, histogram, tableOf } from './lookup.ts';

/** `ImageOps.posterize`: keeps the upper `bits` (1-8) of each channel. */
export function posterize(raster: Raster, bits: number): Raster {
  const mask = 256 - 2 ** (8 - bits);
  return applyTable(
    raster,
    tableOf((level) => level & mask),
  );
}

/** `ImageOps.solarize`: inverts the levels from `threshold` up. */
export function solarize(raster: Raster, threshold: number): Raster {
  return applyTable(
    raster,
    tableOf((level) => (level < threshold ? level : 255 - level)),
  );
}

/** `ImageOps.invert`. */
export function invert(raster: Raster): Raster {
  return solarize(raster, 0);
}

/** `ImageOps.autocontrast` without cutoff: each channel stretched to 0-255. */
export function autoContrast(raster: Raster): Raster {
  const counts = histogram(raster);
  const table = new Uint8Array(768);
  for (let channel = 0; channel < 768; channel += 256) {
    let low = 0;
    while (low < 255 && counts[channel + low] === 0) low++;
    let high = 255;
    while (high > 0 && counts[channel + high] === 0) high--;
    const scale = 255 / (high - low);
    const offset = -low * scale;
    for (let level = 0; level < 256; level++) {
      const stretched = high <= low ? level : Math.trunc(level * scale + offset);
      table[channel + level] = Math.min(255, Math.max(0, stretched));
    }
  }
  return applyTable(raster, table);
}

/** `ImageOps.equalize`: each channel's histogram made flat. */
export function equalize(raster: Raster): Raster {
  const counts = histogram(raster);
  const pixels = raster.width * raster.height;
  const table = new Uint8Array(768);
  for (let channel = 0; channel < 768; channel += 256) {
    let last = 255;
    while (last > 0 && counts[channel + last] === 0) last--;
    const step = Math.floor((pixels - counts[channel + last]!) / 255);
    let sum = Math.floor(step / 2);
    for (let level = 0; level < 256; level++) {
      table[channel + level] = step === 0 ? level : Math.min(255, Math.floor(sum / step));
      sum += counts[channel + level]!;
    }
  }
  return applyTable(raster, table);
}
