import { Random } from '@resnet/random';
import { describe, expect, test } from 'vitest';

import { fixture, floats, syntheticImage, worst } from '../test/images.ts';
import { colorJitter } from './color-jitter.ts';
import { cutmix, cutmixBox, mixBatch, mixup, oneHot } from './mix.ts';
import { randAugment } from './rand-augment.ts';
import { randomCrop } from './random-crop.ts';
import { randomErasing } from './random-erasing.ts';
import { randomCropRect, resizedCrop } from './random-resized-crop.ts';
import { resize } from './resize/resize.ts';

describe('RandomResizedCrop', () => {
  const options = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const;

  test('rectangles lie inside, with area and ratio in range and spread over it', () => {
    const random = new Random(1);
    const areas: number[] = [];
    const logRatios: number[] = [];
    const lefts = new Set<number>();
    for (let i = 0; i < 5000; i++) {
      const { left, top, width, height } = randomCropRect(500, 375, options, random);
      expect(left >= 0 && top >= 0 && left + width <= 500 && top + height <= 375).toBe(true);
      areas.push((width * height) / (500 * 375));
      logRatios.push(Math.log(width / height));
      lefts.add(left);
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.078);
    expect(Math.max(...areas)).toBeGreaterThan(0.9);
    expect(Math.min(...logRatios)).toBeGreaterThan(Math.log(3 / 4) - 0.02);
    expect(Math.max(...logRatios)).toBeLessThan(Math.log(4 / 3) + 0.02);
    // torchvision 0.28 over 40,000 draws at this size: mean area 0.4339, mean log ratio 0.0303.
    expect(Math.abs(mean(areas) - 0.4339)).toBeLessThan(0.015);
    expect(Math.abs(mean(logRatios) - 0.0303)).toBeLessThan(0.01);
    expect(lefts.size).toBeGreaterThan(200);
  });

  test('where no crop fits, the largest centred one in ratio', () => {
    const rect = randomCropRect(1000, 10, options, new Random(2));
    expect(rect).toEqual({ left: 493, top: 0, width: 13, height: 10 });
    expect(randomCropRect(10, 1000, options, new Random(2))).toEqual({
      left: 0,
      top: 493,
      width: 10,
      height: 13,
    });
  });

  test('crop and resize in one give what one after the other gives', () => {
    const source = syntheticImage('photo', [96, 72]);
    const rect = { left: 11, top: 9, width: 50, height: 41 };
    const cut = new Uint8Array(50 * 41 * 3);
    for (let y = 0; y < 41; y++) {
      const from = ((9 + y) * 96 + 11) * 3;
      cut.set(source.data.subarray(from, from + 150), y * 150);
    }
    const expected = resize(
      { width: 50, height: 41, data: cut },
      { width: 24, height: 20, interpolation: 'bicubic' },
    );
    const result = resizedCrop(source, rect, [20, 24], 'bicubic');
    expect(worst(result.data, expected.data)).toBe(0);
  });
});

describe('randomCrop', () => {
  test('an image of the right size is shifted within its padding, black coming in', () => {
    const source = syntheticImage('dull', [32, 32]);
    const random = new Random(3);
    const seen = new Set<string>();
    for (let i = 0; i < 600; i++) {
      const { data, width, height } = randomCrop(
        source,
        [32, 32],
        { padding: 4 },
        'bilinear',
        random,
      );
      expect([width, height]).toEqual([32, 32]);
      const dark = (x: number, y: number): boolean => data[(y * 32 + x) * 3] === 0;
      let left = 0;
      while (dark(left, 16)) left++;
      let top = 0;
      while (dark(16, top)) top++;
      let right = 0;
      while (dark(31 - right, 16)) right++;
      let bottom = 0;
      while (dark(16, 31 - bottom)) bottom++;
      const [dx, dy] = [left - right, top - bottom];
      seen.add(`${dx} ${dy}`);
      const at = ((16 + dy) * 32 + 16 + dx) * 3;
      expect(data[at]).toBe(source.data[(16 * 32 + 16) * 3]);
    }
    expect(seen.size).toBe(81);
  });

  test('other sizes are resized to cover first', () => {
    const source = syntheticImage('photo', [96, 72]);
    const { data } = randomCrop(source, [24, 24], { padding: 0 }, 'bilinear', new Random(5));
    const whole = resize(source, { width: 32, height: 24, interpolation: 'bilinear' });
    const rows = (left: number): number[] =>
      Array.from({ length: 24 }, (_, y) => [
        ...whole.data.subarray((y * 32 + left) * 3, (y * 32 + left + 24) * 3),
      ]).flat();
    const offsets = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(offsets.some((left) => worst(data, rows(left)) === 0)).toBe(true);
  });
});

test('colour jitter stays within its strengths and uses every order', () => {
  const gray = { width: 1, height: 1, data: new Uint8Array([100, 100, 100]) };
  const strengths = { brightness: 0.4, contrast: 0, saturation: 0, hue: 0 };
  const random = new Random(7);
  const levels = Array.from({ length: 2000 }, () => colorJitter(gray, strengths, random).data[0]!);
  expect(Math.min(...levels)).toBe(60);
  expect(Math.max(...levels)).toBeGreaterThanOrEqual(138);
  expect(Math.max(...levels)).toBeLessThanOrEqual(140);
  expect(Math.abs(mean(levels) - 99.5)).toBeLessThan(1.5);

  const all = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
  const photo = syntheticImage('photo', [20, 20]);
  const one = colorJitter(photo, all, new Random(8));
  expect(worst(one.data, colorJitter(photo, all, new Random(8)).data)).toBe(0);
  expect(worst(one.data, colorJitter(photo, all, new Random(9)).data)).toBeGreaterThan(0);
});

test('RandAugment draws every operation, and identity with it', () => {
  const photo = syntheticImage('photo', [20, 18]);
  const random = new Random(11);
  const results = new Set<string>();
  for (let i = 0; i < 300; i++) {
    const { data } = randAugment(photo, { numOps: 1, magnitude: 9 }, random);
    results.add(Buffer.from(data).toString('base64'));
  }
  // Fourteen operations, nine of them signed: 23 results, less what coincides.
  expect(results.size).toBeGreaterThanOrEqual(20);
  expect(results.size).toBeLessThanOrEqual(23);
  expect(results.has(Buffer.from(photo.data).toString('base64'))).toBe(true);
});

describe('random erasing', () => {
  const options = {
    probability: 1,
    scale: [0.02, 1 / 3],
    ratio: [0.3, 3.3],
    fill: 'zero',
  } as const;

  test('one rectangle, area and ratio in range', () => {
    const random = new Random(13);
    const areas: number[] = [];
    for (let n = 0; n < 400; n++) {
      const image = new Float32Array(40 * 50 * 3).fill(1);
      randomErasing(image, 40, 50, options, random);
      const gone = [...image.keys()].filter((i) => image[i] === 0);
      const xs = gone.map((i) => Math.floor(i / 3) % 50);
      const ys = gone.map((i) => Math.floor(i / 150));
      const w = Math.max(...xs) - Math.min(...xs) + 1;
      const h = Math.max(...ys) - Math.min(...ys) + 1;
      expect(gone.length).toBe(w * h * 3);
      areas.push((w * h) / 2000);
      expect(h / w).toBeGreaterThan(0.2);
      expect(h / w).toBeLessThan(4.5);
    }
    expect(Math.min(...areas)).toBeGreaterThan(0.01);
    expect(Math.max(...areas)).toBeLessThan(0.36);
    expect(Math.max(...areas)).toBeGreaterThan(0.3);
  });

  test('probability and fills', () => {
    const random = new Random(17);
    let erased = 0;
    for (let n = 0; n < 1000; n++) {
      const image = new Float32Array(10 * 10 * 3).fill(1);
      randomErasing(image, 10, 10, { ...options, probability: 0.25 }, random);
      if (image.includes(0)) erased++;
    }
    expect(Math.abs(erased - 250)).toBeLessThan(50);

    const image = new Float32Array(20 * 20 * 3).fill(100);
    randomErasing(image, 20, 20, { ...options, fill: 'color' }, random);
    expect(new Set(image).size).toBe(4);
    randomErasing(image, 20, 20, { ...options, fill: 'pixel' }, random);
    expect(new Set(image).size).toBeGreaterThan(8);
  });
});

describe('mixup and cutmix', () => {
  const batch = () => ({
    size: 3,
    height: 4,
    width: 5,
    images: Float32Array.from({ length: 180 }, (_, i) => i / 7),
    targets: oneHot([2, 0, 1], 4),
  });
  const expected = (op: string, part: string): Float32Array =>
    floats(
      fixture<{ op: string; part: string }>('mix').find(
        (one) => one.op === op && one.part === part,
      )!.expected,
    );

  test('mixup: the arithmetic of torchvision', () => {
    const mixed = batch();
    const random = Object.assign(new Random(0), { beta: () => 0.3 });
    expect(mixup(mixed, { alpha: 1 }, random)).toBe(0.3);
    expect(worst(mixed.images, expected('mixup', 'images'))).toBeLessThan(1e-5);
    expect(worst(mixed.targets, expected('mixup', 'targets'))).toBeLessThan(1e-6);
  });

  test('cutmix: the arithmetic of torchvision, lambda corrected for clipping', () => {
    const mixed = batch();
    // Centre (x 2, y 0), half sides 2 and 2: the box is clipped to [0, 4) x [0, 2).
    const draws = [2, 0];
    const random = Object.assign(new Random(0), {
      beta: () => 0,
      integer: () => draws.shift()!,
    });
    expect(cutmix(mixed, { alpha: 1 }, random)).toBe(1 - 8 / 20);
    expect(worst(mixed.images, expected('cutmix', 'images'))).toBeLessThan(1e-6);
    expect(worst(mixed.targets, expected('cutmix', 'targets'))).toBeLessThan(1e-6);
  });

  test('boxes: sides sqrt(1 - lambda), centred anywhere, clipped', () => {
    const random = new Random(19);
    const widths: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const box = cutmixBox(100, 200, 0.75, random);
      expect(box.left >= 0 && box.top >= 0).toBe(true);
      expect(box.left + box.width <= 200 && box.top + box.height <= 100).toBe(true);
      expect(box.width).toBeLessThanOrEqual(100);
      widths.push(box.width);
    }
    // Unclipped 100; clipped on both sides evenly: the mean is 100 - 2 * 50 * 50 / 2 / 200.
    expect(Math.abs(mean(widths) - 87.5)).toBeLessThan(2);
  });

  test('mixBatch chooses, and keeps targets distributions', () => {
    const random = new Random(23);
    for (let i = 0; i < 50; i++) {
      const mixed = batch();
      mixBatch(mixed, { mixupAlpha: 0.2, cutmixAlpha: 1 }, random);
      for (let row = 0; row < 3; row++) {
        const sum = mixed.targets.subarray(row * 4, row * 4 + 4).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 5);
      }
    }
    const untouched = batch();
    mixBatch(untouched, {}, random);
    expect(untouched).toEqual(batch());
  });

  test('a label out of range is named', () => {
    expect(() => oneHot([0, 4], 4)).toThrow('label 1 is an integer from 0 to 3, received 4');
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
