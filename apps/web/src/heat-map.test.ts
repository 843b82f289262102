import { expect, test } from 'vitest';

import type { ActivationMap } from './types.ts';
import { enlarge, heat } from './heat-map.ts';

function mapOf(width: number, height: number, values: readonly number[]): ActivationMap {
  return {
    classIndex: 0,
    width,
    height,
    values: Float32Array.from(values),
    box: { x: 0, y: 0, width: 1, height: 1 },
  };
}

test('every cell keeps its value at its centre', () => {
  const values = [0, 0.2, 1, 0.4, 0.9, 0.1];
  const large = enlarge(mapOf(3, 2, values), 9, 6);
  const centres = [0, 1].flatMap((row) => [1, 4, 7].map((x) => large[(3 * row + 1) * 9 + x]));
  // Three outputs a column: the middle one lies on the cell's centre. Two rows need an odd factor too.
  expect(centres).toEqual(
    [0, 1].flatMap((row) => [0, 1, 2].map((x) => expect.closeTo(values[3 * row + x] ?? 0, 6))),
  );
});

test('a map of one cell, and a flat one, stay flat and within 0..1', () => {
  for (const value of enlarge(mapOf(1, 1, [0.5]), 5, 5)) expect(value).toBeCloseTo(0.5, 6);
  const flat = enlarge(
    mapOf(
      4,
      4,
      Array.from({ length: 16 }, () => 1),
    ),
    30,
    30,
  );
  expect(Math.min(...flat)).toBeCloseTo(1, 5);
  expect(Math.max(...flat)).toBeLessThanOrEqual(1);
});

test('overshoot of the interpolation is cut', () => {
  const step = enlarge(mapOf(4, 1, [0, 0, 1, 1]), 64, 1);
  expect(Math.min(...step)).toBe(0);
  expect(Math.max(...step)).toBe(1);
});

test('more is brighter and more opaque', () => {
  const luminance = (share: number): number => {
    const [r, g, b] = heat(share);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (let share = 0; share < 0.95; share += 0.05) {
    expect(luminance(share + 0.05)).toBeGreaterThan(luminance(share));
    expect(heat(share + 0.05)[3]).toBeGreaterThanOrEqual(heat(share)[3]);
  }
  expect(heat(-1)).toEqual(heat(0));
  expect(heat(2)).toEqual(heat(1));
});
