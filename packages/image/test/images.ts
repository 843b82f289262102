import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { Raster } from '../src/raster.ts';

/** The images of tooling/reference/image/common.py, made by the same formulas. */
export function syntheticImage(kind: string, [width, height]: readonly [number, number]): Raster {
  const data = new Uint8Array(width * height * 3);
  const photo = kind === 'photo' ? bytes('photo') : new Uint8Array();
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) data[i++] = level(kind, x, y, c, width, photo);
    }
  }
  return { width, height, data };
}

function level(
  kind: string,
  x: number,
  y: number,
  c: number,
  width: number,
  photo: Uint8Array,
): number {
  const hash = Number((BigInt(x) * 73856093n) ^ (BigInt(y) * 19349663n) ^ (BigInt(c) * 83492791n));
  switch (kind) {
    case 'photo':
      return photo[(y * 96 + x) * 3 + c]!;
    case 'noise':
      return ((hash % 0x100000000) >>> 13) & 255;
    case 'gradient':
      return (Math.floor((x * 255) / Math.max(width - 1, 1)) + y * 3 + c * 40) % 256;
    case 'checker':
      return (((x >> 1) ^ (y >> 1) ^ c) & 1) * 255;
    case 'dull':
      return 60 + c * 20 + (hash % 90);
    default:
      throw new Error(kind);
  }
}

interface Located {
  readonly offset: number;
  readonly length: number;
}

/** The cases of one fixture, each with its expected bytes. */
export function fixture<Case>(name: string): (Case & { readonly expected: Uint8Array })[] {
  const file = new URL(`./fixtures/${name}.json`, import.meta.url);
  const cases: (Case & Located)[] = JSON.parse(readFileSync(file, 'utf8'));
  const all = bytes(name);
  return cases.map((one) => ({
    ...one,
    expected: all.slice(one.offset, one.offset + one.length),
  }));
}

export function floats(data: Uint8Array): Float32Array {
  return new Float32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}

/** The largest difference between two images' levels. */
export function worst(received: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (received.length !== expected.length) return Infinity;
  let most = 0;
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(received[i]! - expected[i]!));
  }
  return most;
}

function bytes(name: string): Uint8Array {
  return gunzipSync(readFileSync(new URL(`./fixtures/${name}.bin.gz`, import.meta.url)));
}
