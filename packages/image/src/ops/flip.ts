import type { Raster } from '../raster.ts';

/** Left and right exchanged. */
export function flipHorizontal(raster: Raster): Raster {
  const { width, height, data } = raster;
  const output = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let from = (y + 1) * width * 3 - 3;
    let to = y * width * 3;
    for (let x = 0; x < width; x++, from -= 3, to += 3) {
      output[to] = data[from]!;
      output[to + 1] = data[from + 1]!;
      output[to + 2] = data[from + 2]!;
    }
  }
  return { width, height, data: output };
}
