import sharp from 'sharp';

import type { Example } from './open-dataset.ts';

/**
 * The median shorter side of images, in pixels, judged by about `sample` of them, spread evenly.
 * Only the heads of the files are read. Images that cannot be read do not count; undefined where
 * none can.
 */
export async function medianShorterSide(
  examples: readonly Example[],
  sample: number,
): Promise<number | undefined> {
  const step = Math.max(1, Math.floor(examples.length / sample));
  const sides = await Promise.all(
    examples.filter((_, i) => i % step === 0).map(({ path }) => shorterSide(path)),
  );
  const known = sides.filter((side) => side !== undefined).sort((a, b) => a - b);
  return known[Math.floor(known.length / 2)];
}

async function shorterSide(path: string): Promise<number | undefined> {
  try {
    const { width, height, pageHeight } = await sharp(path).metadata();
    return Math.min(width, pageHeight ?? height);
  } catch {
    return undefined;
  }
}
