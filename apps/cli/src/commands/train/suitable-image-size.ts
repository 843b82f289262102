import sharp from 'sharp';

import type { Example } from '../../dataset/open-dataset.ts';
import { chooseImageSize, recipe } from './recipe.ts';

/**
 * The image size that suits the pictures, judged by some of them, spread evenly; those that cannot
 * be read do not count.
 */
export async function suitableImageSize(examples: readonly Example[]): Promise<number> {
  const step = Math.max(1, Math.floor(examples.length / recipe.imageSizeSample));
  const sample = examples.filter((_, i) => i % step === 0);
  const sides = await Promise.all(
    sample.map(async ({ path }) => {
      try {
        // Only the head of the file is read.
        const { width, height, pageHeight } = await sharp(path).metadata();
        return Math.min(width, pageHeight ?? height);
      } catch {
        return undefined;
      }
    }),
  );
  const known = sides.filter((side) => side !== undefined).sort((a, b) => a - b);
  return chooseImageSize(known[Math.floor(known.length / 2)] ?? recipe.imageSizes[0]);
}
