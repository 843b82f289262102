import type { Raster } from '@resnet/image';

import { SpareBuffer } from './spare-buffer.ts';

/** A raster whose buffer is its holder's, to be given back to {@link rasterBuffers} after use. */
export interface OwnRaster extends Raster {
  readonly data: Uint8Array<ArrayBuffer>;
}

export const rasterBuffers: SpareBuffer<Uint8Array<ArrayBuffer>> = new SpareBuffer(
  (length) => new Uint8Array(length),
);

/** Wide enough for any picture: canvases end at 16,384 in some browsers, and area costs memory. */
const tileWidth = 4096;
const tileHeight = 512;

/**
 * A bitmap's pixels as RGB over white, which is what a viewer shows of what is transparent; read
 * tile by tile, so that the canvas stays small beside the picture.
 */
export function rasterOf(bitmap: ImageBitmap): OwnRaster {
  const { width, height } = bitmap;
  const data = rasterBuffers.take(width * height * 3);
  const context = contextOf(Math.min(width, tileWidth), Math.min(height, tileHeight));
  context.fillStyle = '#fff';
  for (let top = 0; top < height; top += tileHeight) {
    for (let left = 0; left < width; left += tileWidth) {
      const columns = Math.min(tileWidth, width - left);
      const rows = Math.min(tileHeight, height - top);
      context.fillRect(0, 0, columns, rows);
      context.drawImage(bitmap, left, top, columns, rows, 0, 0, columns, rows);
      copyRgb(context.getImageData(0, 0, columns, rows), data, (top * width + left) * 3, width * 3);
    }
  }
  return { width, height, data };
}

/** One canvas for all pictures: a garbage collector does not see how large they are. */
let shared: OffscreenCanvasRenderingContext2D | undefined;

function contextOf(width: number, height: number): OffscreenCanvasRenderingContext2D {
  shared ??= new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  })!;
  const { canvas } = shared;
  if (canvas.width < width) canvas.width = width;
  if (canvas.height < height) canvas.height = height;
  return shared;
}

function copyRgb(tile: ImageData, to: Uint8Array, start: number, stride: number): void {
  const { width, height, data } = tile;
  let from = 0;
  for (let y = 0; y < height; y++) {
    let position = start + y * stride;
    for (let x = 0; x < width; x++) {
      to[position++] = data[from]!;
      to[position++] = data[from + 1]!;
      to[position++] = data[from + 2]!;
      from += 4;
    }
  }
}
