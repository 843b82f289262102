import { describe, expect, test } from 'vitest';

import { fixture, syntheticImage, worst } from '../../test/images.ts';
import { randAugmentOps } from '../rand-augment.ts';
import type { Raster } from '../raster.ts';
import { rotate } from './affine.ts';
import { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './blend.ts';
import { flipHorizontal } from './flip.ts';
import { adjustHue } from './hue.ts';
import { autoContrast, equalize, invert, posterize, solarize } from './tone.ts';

interface OpCase {
  readonly op: string;
  readonly value: number;
  readonly image: string;
  readonly size: [number, number];
}

const ops: Record<string, (raster: Raster, value: number) => Raster> = {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
  adjustHue,
  posterize,
  solarize,
  rotate,
  invert: (raster) => invert(raster),
  autoContrast: (raster) => autoContrast(raster),
  equalize: (raster) => equalize(raster),
  flipHorizontal: (raster) => flipHorizontal(raster),
};

describe('the bytes of torchvision on PIL images', () => {
  test.each(fixture<OpCase>('ops'))('$op $value on $image', (one) => {
    const result = ops[one.op]!(syntheticImage(one.image, one.size), one.value);
    expect([result.width, result.height]).toEqual(one.size);
    expect(worst(result.data, one.expected)).toBe(0);
  });
});

interface RandAugmentCase {
  readonly op: string;
  readonly magnitude: number;
  readonly sign: number;
  readonly image: string;
  readonly size: [number, number];
}

describe("the bytes of torchvision's RandAugment operations", () => {
  test.each(fixture<RandAugmentCase>('rand-augment'))(
    '$op at $magnitude, sign $sign on $image',
    (one) => {
      const op = randAugmentOps.find(({ name }) => name === one.op)!;
      const magnitude = op.magnitude(one.magnitude / 30, one.size) * one.sign;
      const result = op.apply(syntheticImage(one.image, one.size), magnitude);
      expect(worst(result.data, one.expected)).toBe(0);
    },
  );
});

test('a hue turn beyond half the circle is refused', () => {
  expect(() => adjustHue(syntheticImage('noise', [2, 2]), 0.6)).toThrow('factor is -0.5 to 0.5');
});
