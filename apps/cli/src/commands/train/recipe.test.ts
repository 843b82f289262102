import { expect, it } from 'vitest';

import { chooseImageSize } from './recipe.ts';

it.each([
  [16, 32],
  [28, 32],
  [64, 64],
  [60, 64],
  [100, 96],
  [375, 224],
  [4000, 224],
])('chooses the image size for a shorter side of %d pixels: %d', (side, size) => {
  expect(chooseImageSize(side)).toBe(size);
});
