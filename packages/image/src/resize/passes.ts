import type { Raster } from '../raster.ts';
import { precisionBits, type Coefficients } from './coefficients.ts';

const half = 1 << (precisionBits - 1);

/**
 * The horizontal pass: rows [top, top + rows) of `source`, columns counted from `left`, to output
 * columns [first, first + width). Returns `rows * width` RGB pixels, rounded to 8 bits as Pillow
 * rounds between its passes.
 */
export function resampleRows(
  source: Raster,
  left: number,
  top: number,
  rows: number,
  axis: Coefficients,
  first: number,
  width: number,
): Uint8Array {
  const { data } = source;
  const { start, count, weights, taps } = axis;
  const output = new Uint8Array(rows * width * 3);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const row = ((top + y) * source.width + left) * 3;
    for (let x = first; x < first + width; x++) {
      let from = row + start[x]! * 3;
      let weight = x * taps;
      const end = weight + count[x]!;
      let r = half;
      let g = half;
      let b = half;
      for (; weight < end; weight++, from += 3) {
        const w = weights[weight]!;
        r = (r + Math.imul(data[from]!, w)) | 0;
        g = (g + Math.imul(data[from + 1]!, w)) | 0;
        b = (b + Math.imul(data[from + 2]!, w)) | 0;
      }
      output[to] = clip(r >> precisionBits);
      output[to + 1] = clip(g >> precisionBits);
      output[to + 2] = clip(b >> precisionBits);
      to += 3;
    }
  }
  return output;
}

/**
 * The vertical pass: output rows [first, first + height) of `stride`-byte rows. Row 0 of `data`
 * is input row `origin`; each row's wanted bytes begin at `offset` and are `length` long.
 */
export function resampleColumns(
  data: Uint8Array | Uint8ClampedArray,
  offset: number,
  stride: number,
  length: number,
  axis: Coefficients,
  origin: number,
  first: number,
  height: number,
): Uint8Array {
  const { start, count, weights, taps } = axis;
  const output = new Uint8Array(height * length);
  const sums = new Int32Array(length);
  for (let y = 0; y < height; y++) {
    const n = count[first + y]!;
    const at = (first + y) * taps;
    let from = offset + (start[first + y]! - origin) * stride;
    sums.fill(half);
    let k = 0;
    // Two rows at a time: half the traffic to the sums.
    for (; k + 1 < n; k += 2) {
      const w0 = weights[at + k]!;
      const w1 = weights[at + k + 1]!;
      const next = from + stride;
      for (let i = 0; i < length; i++) {
        sums[i] = sums[i]! + Math.imul(data[from + i]!, w0) + Math.imul(data[next + i]!, w1);
      }
      from = next + stride;
    }
    if (k < n) {
      const w = weights[at + k]!;
      for (let i = 0; i < length; i++) sums[i] = sums[i]! + Math.imul(data[from + i]!, w);
    }
    const to = y * length;
    for (let i = 0; i < length; i++) output[to + i] = clip(sums[i]! >> precisionBits);
  }
  return output;
}

function clip(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}
