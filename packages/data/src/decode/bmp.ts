import type { Raster } from '@resnet/image';
import { decode } from 'bmp-ts';

/** Width and height from the header of a BMP, before anything is allocated for its pixels. */
export function bmpSize(bytes: Buffer): { width: number; height: number } {
  if (bytes.length < 26) throw new Error('the header is cut off');
  if (bytes.readUInt32LE(14) === 12) {
    return { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20) };
  }
  return { width: bytes.readInt32LE(18), height: Math.abs(bytes.readInt32LE(22)) };
}

/** A BMP of 1, 4, 8, 16, 24 or 32 bits, which libvips does not read. Alpha is ignored, as it mostly lies. */
export function decodeBmp(bytes: Buffer): Raster {
  const { data: abgr, width, height } = decode(bytes);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = abgr[from + 3]!;
    data[to + 1] = abgr[from + 2]!;
    data[to + 2] = abgr[from + 1]!;
  }
  return { width, height, data };
}
