import type { Raster } from '../raster.ts';

/** From an output position to the input: x' = a x + b y + c, y' = d x + e y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/**
 * Pillow's `transform(size, AFFINE, matrix, NEAREST)`: 16.16 fixed point where the image is
 * turned or sheared, plain steps where it is only scaled or moved. Outside the image is black.
 */
export function affine(raster: Raster, matrix: Affine): Raster {
  const { width, height, data } = raster;
  const [a, b, c, d, e, f] = matrix;
  const output = new Uint8Array(data.length);
  if (b === 0 && d === 0) {
    const columns = steps(a, c, width);
    const rows = steps(e, f, height);
    for (let y = 0, to = 0; y < height; y++) {
      const row = rows[y]!;
      for (let x = 0; x < width; x++, to += 3) {
        const column = columns[x]!;
        if (row >= 0 && column >= 0) copyPixel(data, (row * width + column) * 3, output, to);
      }
    }
    return { width, height, data: output };
  }
  const [dxx, dxy, dyx, dyy] = [fixed(a), fixed(b), fixed(d), fixed(e)];
  let rowX = fixed(c + a * 0.5 + b * 0.5);
  let rowY = fixed(f + d * 0.5 + e * 0.5);
  for (let y = 0, to = 0; y < height; y++) {
    let sx = rowX;
    let sy = rowY;
    for (let x = 0; x < width; x++, to += 3) {
      const column = sx >> 16;
      const row = sy >> 16;
      if (column >= 0 && column < width && row >= 0 && row < height) {
        copyPixel(data, (row * width + column) * 3, output, to);
      }
      sx += dxx;
      sy += dyx;
    }
    rowX += dxy;
    rowY += dyy;
  }
  return { width, height, data: output };
}

/** PIL's `rotate`: counter-clockwise about the centre, same size, nearest neighbour, black corners. */
export function rotate(raster: Raster, degrees: number): Raster {
  const turn = ((degrees % 360) + 360) % 360;
  if (turn === 0) return raster;
  const angle = (-turn * Math.PI) / 180;
  const cos = round15(Math.cos(angle));
  const sin = round15(Math.sin(angle));
  const x = raster.width / 2;
  const y = raster.height / 2;
  return affine(raster, [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y]);
}

/** RandAugment's shear along x by `slope` pixels a row, about the upper left corner. */
export function shearX(raster: Raster, slope: number): Raster {
  return affine(raster, [1, tangent(slope), 0, 0, 1, 0]);
}

/** RandAugment's shear along y by `slope` pixels a column, about the upper left corner. */
export function shearY(raster: Raster, slope: number): Raster {
  return affine(raster, [1, 0, 0, tangent(slope), 1, 0]);
}

/** Moves the image right by `x` and down by `y` whole pixels; what is laid bare is black. */
export function translate(raster: Raster, x: number, y: number): Raster {
  return affine(raster, [1, 0, -x, 0, 1, -y]);
}

/** torchvision goes from slope to degrees and back; so do we, for the last bit. */
function tangent(slope: number): number {
  const degrees = (Math.atan(slope) * 180) / Math.PI;
  return Math.tan((degrees * Math.PI) / 180);
}

function fixed(value: number): number {
  return Math.floor(value * 65536 + 0.5);
}

function round15(value: number): number {
  return Number(value.toFixed(15));
}

/** Input index for each output index, -1 outside. */
function steps(scale: number, offset: number, size: number): Int32Array {
  const result = new Int32Array(size);
  let position = offset + scale * 0.5;
  for (let i = 0; i < size; i++) {
    const index = position < 0 ? -1 : Math.trunc(position);
    result[i] = index < size ? index : -1;
    position += scale;
  }
  return result;
}

function copyPixel(
  from: Uint8Array | Uint8ClampedArray,
  at: number,
  to: Uint8Array,
  index: number,
): void {
  to[index] = from[at]!;
  to[index + 1] = from[at + 1]!;
  to[index + 2] = from[at + 2]!;
}
