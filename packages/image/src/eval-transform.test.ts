import { expect, test } from 'vitest';

import { fixture, floats, syntheticImage, worst } from '../test/images.ts';
import { evalBox, evalCrop, evalTransform, evalTransformOf } from './eval-transform.ts';
import { centerCropOffset, coveringSize } from './geometry.ts';
import { imagenetMean, imagenetStd } from './normalize.ts';
import type { Interpolation } from './resize/filters.ts';

interface CropCase {
  readonly image: string;
  readonly from: [number, number];
  readonly short: number;
  readonly crop: number;
  readonly interpolation: Interpolation;
}

test.each(fixture<CropCase>('resize-crop'))(
  'Resize($short) + CenterCrop($crop) of $from $interpolation: the bytes of torchvision',
  ({ short, crop, interpolation, ...one }) => {
    const cut = evalCrop({ inputSize: [crop, crop], cropPct: crop / short, interpolation });
    expect(Math.floor(crop / (crop / short))).toBe(short);
    expect(worst(cut(syntheticImage(one.image, one.from)).data, one.expected)).toBe(0);
  },
);

interface EvalCase {
  readonly from: [number, number];
  readonly inputSize: [number, number];
  readonly cropPct: number;
}

test.each(fixture<EvalCase>('eval-transform'))(
  'inputSize $inputSize, cropPct $cropPct of $from: the floats of timm',
  ({ from, inputSize, cropPct, expected }) => {
    const transform = evalTransform({
      inputSize,
      cropPct,
      interpolation: 'bicubic',
      mean: imagenetMean,
      std: imagenetStd,
    });
    const kind = from[0] <= 96 && from[1] <= 72 ? 'photo' : 'noise';
    const out = new Float32Array(inputSize[0] * inputSize[1] * 3);
    expect(transform(syntheticImage(kind, from), out)).toBe(out);
    expect(worst(out, floats(expected))).toBe(0);
  },
);

test('sizes and offsets round as torchvision and timm round', () => {
  const sized = (width: number, height: number) => ({ width, height, data: new Uint8Array() });
  expect(coveringSize(sized(500, 375), [256, 256])).toEqual([256, 341]);
  expect(coveringSize(sized(375, 500), [256, 256])).toEqual([341, 256]);
  expect(coveringSize(sized(1000, 1), [256, 256])).toEqual([256, 256000]);
  expect(coveringSize(sized(100, 100), [64, 128])).toEqual([128, 128]);
  expect(centerCropOffset(341, 224)).toBe(58);
  expect(centerCropOffset(227, 224)).toBe(2);
  expect(centerCropOffset(225, 224)).toBe(0);
  expect(centerCropOffset(21, 24)).toBe(-1);
});

test('cropPct of timm is floor(size / cropPct)', () => {
  expect(Math.floor(224 / 0.875)).toBe(256);
  expect(Math.floor(224 / 0.95)).toBe(235);
  expect(() => evalCrop({ inputSize: [224, 224], cropPct: 0, interpolation: 'bilinear' })).toThrow(
    'cropPct is a positive number',
  );
});

test('the box is what the crop keeps, in pixels of the image', () => {
  const at224 = { inputSize: [224, 224], cropPct: 0.875 } as const;
  // 512 x 384 is resized to 341 x 256, and cropped at 58, 16.
  const across = 512 / 341;
  expect(evalBox({ width: 512, height: 384 }, at224)).toEqual([
    58 * across,
    16 * 1.5,
    (58 + 224) * across,
    (16 + 224) * 1.5,
  ]);
  // A crop wider than what it is of: padded by 4 of 8 columns on the left.
  const padded = { inputSize: [16, 16], cropPct: 2 } as const;
  expect(evalBox({ width: 8, height: 8 }, padded)).toEqual([-4, -4, 12, 12]);
  expect(() => evalBox({ width: 8, height: 8 }, { inputSize: [16, 16], cropPct: 0 })).toThrow(
    'evalBox: cropPct is a positive number',
  );
});

test("a model's preprocessing as a transform; other channels than an image's are refused", () => {
  const rest = { interpolation: 'bicubic', cropPct: 0.95 } as const;
  const [mean, std] = [
    [0.1, 0.2, 0.3],
    [0.4, 0.5, 0.6],
  ] as const;
  const transform = evalTransformOf({ inputSize: [3, 20, 30], mean, std, ...rest });
  expect(transform).toEqual({ inputSize: [20, 30], mean, std, ...rest });
  const grey = { inputSize: [1, 20, 30], mean: [0.5], std: [0.5], ...rest } as const;
  expect(() => evalTransformOf(grey)).toThrow(
    'The model takes images of 1 channels; images have 3.',
  );
});
