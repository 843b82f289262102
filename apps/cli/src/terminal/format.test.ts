import { expect, it } from 'vitest';

import { bytes, count, duration, percent, plural, si } from './format.ts';

it('formats durations', () => {
  expect([0.4, 59.6, 200, 3600, 7500].map(duration)).toEqual([
    '0 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
  ]);
  expect(duration(Number.NaN)).toBe('?');
});

it('formats counts, fractions and sizes', () => {
  expect(count(1234567)).toBe('1,234,567');
  expect(plural(1, 'image')).toBe('1 image');
  expect(plural(2000, 'class', 'classes')).toBe('2,000 classes');
  expect(percent(0.7634)).toBe('76.3 %');
  expect(percent(Number.NaN)).toBe('-');
  expect([999, 44_700_000, 312_400].map(bytes)).toEqual(['999 B', '44.7 MB', '312 kB']);
  expect([998, 999_900, 11_689_512, 25_029_000].map(si)).toEqual([
    '998',
    '1.00 M',
    '11.7 M',
    '25.0 M',
  ]);
});
