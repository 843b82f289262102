import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import sharp from 'sharp';

/** A small image of noise around a colour, which a net can distinguish; the same each time. */
export async function image(
  path: string,
  [red, green, blue]: readonly [number, number, number],
  variant: number,
  size = 20,
): Promise<void> {
  const data = Buffer.alloc(size * size * 3);
  for (let i = 0; i < data.length; i++) {
    const base = [red, green, blue][i % 3] ?? 0;
    data[i] = Math.max(0, Math.min(255, base + (((i * 7919 + variant * 104729) >> 3) % 61) - 30));
  }
  mkdirSync(dirname(path), { recursive: true });
  const format = path.endsWith('.jpg') ? 'jpeg' : 'png';
  await sharp(data, { raw: { width: size, height: size, channels: 3 } })
    .toFormat(format)
    .toFile(path);
}

/** A folder of two classes with `count` images each. */
export async function classFolder(folder: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await image(join(folder, 'red wine', `r ${i}.png`), [200, 40, 40], i);
    await image(join(folder, 'blå', `b${i}.jpg`), [40, 40, 200], i);
  }
}

/** A PNG that ends after its header. */
export function brokenImage(path: string): void {
  writeFileSync(
    path,
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 73, 72, 68, 82),
  );
}
