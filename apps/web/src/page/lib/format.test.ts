import { describe, expect, test } from 'vitest';

import { amount, bytes, duration, percent, plural } from './format.ts';

describe('percent', () => {
  test.each([
    [0, '0.0%'],
    [1e-9, '<0.1%'],
    [0.0005, '0.1%'],
    [0.931, '93.1%'],
    [0.99949, '99.9%'],
    [0.9995, '>99.9%'],
    [0.9999999, '>99.9%'],
    [1, '100%'],
  ])('%d reads %s', (share, text) => {
    expect(percent(share)).toBe(text);
  });
});

test.each([
  [512, '512 B'],
  [68_712, '69 kB'],
  [1_092_744, '1.1 MB'],
  [2_500_000_000, '2.5 GB'],
])('%d bytes read %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test.each([
  [0.42, '0.4 ms'],
  [9.96, '10 ms'],
  [12.3, '12 ms'],
  [999.6, '1.0 s'],
])('%d ms read %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [900, '900'],
  [272_474, '272 thousand'],
  [11_689_512, '11.7 million'],
])('%d reads %s', (count, text) => {
  expect(amount(count)).toBe(text);
});

test('one is singular', () => {
  expect([0, 1, 2].map((n) => plural(n, 'class', 'classes'))).toEqual([
    '0 classes',
    '1 class',
    '2 classes',
  ]);
});
