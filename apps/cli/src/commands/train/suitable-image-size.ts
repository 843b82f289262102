import { type Example, medianShorterSide } from '@resnet/data';

import { chooseImageSize, recipe } from './recipe.ts';

/** The image size that suits the images, judged by some of them. */
export async function suitableImageSize(examples: readonly Example[]): Promise<number> {
  const side = await medianShorterSide(examples, recipe.imageSizeSample);
  return chooseImageSize(side ?? recipe.imageSizes[0]);
}
