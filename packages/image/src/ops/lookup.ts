import type { Raster } from '../raster.ts';

/** One table for all channels (256 bytes) or one each (768). */
export function applyTable(raster: Raster, table: Uint8Array): Raster {
  const { data } = raster;
  const output = new Uint8Array(data.length);
  if (table.length === 256) {
    for (let i = 0; i < data.length; i++) output[i] = table[data[i]!]!;
  } else {
    for (let i = 0; i < data.length; i += 3) {
      output[i] = table[data[i]!]!;
      output[i + 1] = table[256 + data[i + 1]!]!;
      output[i + 2] = table[512 + data[i + 2]!]!;
    }
  }
  return { width: raster.width, height: raster.height, data: output };
}

export function tableOf(value: (level: number) => number): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, level) => value(level));
}

/** How often each level occurs: 256 counts of red, then green, then blue. */
export function histogram({ data }: Raster): Uint32Array {
  const counts = new Uint32Array(768);
  for (let i = 0; i < data.length; i += 3) {
    counts[data[i]!]!++;
    counts[256 + data[i + 1]!]!++;
    counts[512 + data[i + 2]!]!++;
  }
  return counts;
}

/** Grey by ITU-R 601-2 in Pillow's fixed point: `convert('L')`. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
