import { Random } from '@resnet/random';
import { describe, expect, test } from 'vitest';

import { syntheticImage, worst } from '../test/images.ts';
import { evalTransform } from './eval-transform.ts';
import { batchOf, normalize } from './normalize.ts';
import {
  augmenter,
  defaultRandAugment,
  defaultRandomErasing,
  defaultTrainTransform,
  trainTransform,
  type TrainTransform,
} from './train-transform.ts';

const everything: TrainTransform = {
  ...defaultTrainTransform,
  inputSize: [20, 24],
  interpolation: 'bicubic',
  colorJitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 },
  randAugment: defaultRandAugment,
  randomErasing: { ...defaultRandomErasing, probability: 1, fill: 'pixel' },
};

describe('trainTransform', () => {
  const photo = syntheticImage('photo', [96, 72]);

  test('same image, same generator state, same floats; through JSON too', () => {
    const one = trainTransform(everything);
    const travelled: TrainTransform = JSON.parse(JSON.stringify(everything));
    const two = trainTransform(travelled);
    for (let seed = 0; seed < 20; seed++) {
      const a = one(photo, new Random(seed));
      expect(worst(a, two(photo, new Random(seed)))).toBe(0);
      expect(a).toHaveLength(20 * 24 * 3);
      expect(a.every(Number.isFinite)).toBe(true);
    }
    expect(worst(one(photo, new Random(1)), one(photo, new Random(2)))).toBeGreaterThan(0);
  });

  test('the image that came in is not changed', () => {
    const before = Uint8Array.from(photo.data);
    for (let seed = 0; seed < 50; seed++) trainTransform(everything)(photo, new Random(seed));
    expect(worst(photo.data, before)).toBe(0);
  });

  test('a centre crop without flip is the evaluation transform', () => {
    const options: TrainTransform = {
      ...defaultTrainTransform,
      inputSize: [24, 24],
      crop: { kind: 'centerCrop', cropPct: 0.875 },
      horizontalFlip: 0,
    };
    const expected = evalTransform({ ...options, cropPct: 0.875 })(photo);
    expect(worst(trainTransform(options)(photo, new Random(1)), expected)).toBe(0);
  });

  test('flips in half of the cases', () => {
    const flip = augmenter({
      ...defaultTrainTransform,
      inputSize: [1, 2],
      interpolation: 'nearest',
      crop: { kind: 'centerCrop', cropPct: 1 },
    });
    const pair = { width: 2, height: 1, data: new Uint8Array([1, 2, 3, 4, 5, 6]) };
    const random = new Random(3);
    let flips = 0;
    for (let i = 0; i < 1000; i++) {
      const [first] = flip(pair, random).data;
      expect([1, 4]).toContain(first);
      if (first === 4) flips++;
    }
    expect(Math.abs(flips - 500)).toBeLessThan(60);
  });

  test.each([
    [{ horizontalFlip: 2 }, 'horizontalFlip is 0 to 1'],
    [{ inputSize: [0, 5] as const }, 'inputSize is [height, width]'],
    [
      { crop: { kind: 'randomResizedCrop', scale: [1, 0.5], ratio: [1, 1] } as const },
      'crop.scale',
    ],
    [{ crop: { kind: 'randomCrop', padding: -1 } as const }, 'crop.padding'],
    [{ colorJitter: { brightness: 0, contrast: 0, saturation: 0, hue: 0.7 } }, 'hue at most 0.5'],
    [{ randAugment: { numOps: 2, magnitude: 31 } }, 'magnitude 0 to 30'],
    [{ randomErasing: { ...defaultRandomErasing, probability: 2 } }, 'probability is 0 to 1'],
    [{ std: [1, 0, 1] as const }, 'std positive'],
  ])('refuses %j', (change, message) => {
    expect(() => trainTransform({ ...defaultTrainTransform, ...change })).toThrow(message);
  });
});

test('batchOf lays images one after the other and refuses odd ones', () => {
  const image = normalize(syntheticImage('noise', [3, 2]), { mean: [0, 0, 0], std: [1, 1, 1] });
  const batch = batchOf([image, image], 2, 3);
  expect(batch).toHaveLength(36);
  expect(worst(batch.subarray(18), image)).toBe(0);
  expect(() => batchOf([image], 2, 2)).toThrow('image 0 holds 2 x 2 x 3 = 12 floats, received 18');
});
