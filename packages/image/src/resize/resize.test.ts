import { describe, expect, test } from 'vitest';

import { fixture, syntheticImage, worst } from '../../test/images.ts';
import type { Interpolation } from './filters.ts';
import type { Box } from './resample.ts';
import { resample } from './resample.ts';
import { resize, type ResizeOptions } from './resize.ts';

interface ResizeCase {
  readonly image: string;
  readonly from: [number, number];
  readonly to: [number, number];
  readonly box: Box | null;
  readonly interpolation: Interpolation;
}

describe('resize gives the bytes of Pillow', () => {
  const cases = fixture<ResizeCase>('resize');

  test('at least twelve images, four filters', () => {
    expect(cases.length).toBeGreaterThanOrEqual(48);
  });

  test.each(cases)('$image $from -> $to $box $interpolation', (one) => {
    const [width, height] = one.to;
    const result = resize(syntheticImage(one.image, one.from), {
      width,
      height,
      interpolation: one.interpolation,
      ...(one.box === null ? {} : { box: one.box }),
    });
    expect([result.width, result.height]).toEqual(one.to);
    expect(worst(result.data, one.expected)).toBe(0);
  });
});

test('a view and a window give what cropping before and after would give', () => {
  const source = syntheticImage('noise', [60, 50]);
  const view = { left: 7, top: 5, width: 40, height: 33 };
  const cut = new Uint8Array(view.width * view.height * 3);
  for (let y = 0; y < view.height; y++) {
    const from = ((view.top + y) * 60 + view.left) * 3;
    cut.set(source.data.subarray(from, from + view.width * 3), y * view.width * 3);
  }
  for (const interpolation of ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const) {
    for (const [width, height] of [
      [21, 55],
      [40, 17],
      [13, 33],
      [40, 33],
    ] as const) {
      const whole = resize({ ...view, data: cut }, { width, height, interpolation });
      const window = { left: 3, top: 2, width: 9, height: 11 };
      const part = resample(source, { view, width, height, window, interpolation });
      const expected: number[] = [];
      for (let y = 2; y < 13; y++) {
        expected.push(...whole.data.subarray((y * width + 3) * 3, (y * width + 12) * 3));
      }
      expect(worst(part.data, expected)).toBe(0);
    }
  }
});

test('errors name what was expected and received', () => {
  const raster = syntheticImage('noise', [4, 4]);
  const options = { width: 2, height: 2, interpolation: 'bilinear' } as const;
  expect(() => resize({ ...raster, width: 5 }, options)).toThrow(
    'a 5 x 4 RGB raster holds 60 bytes, received 48',
  );
  expect(() => resize(raster, { ...options, width: 0.5 })).toThrow('positive integers');
  // Options often come from JSON.
  const parsed: ResizeOptions = JSON.parse('{"width":2,"height":2,"interpolation":"cubic"}');
  expect(() => resize(raster, parsed)).toThrow(
    'interpolation is one of nearest, bilinear, bicubic, lanczos, received "cubic"',
  );
  expect(() => resize(raster, { ...options, box: [0, 0, 5, 4] })).toThrow('inside the 4 x 4 image');
});
