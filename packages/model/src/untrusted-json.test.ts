import { expect, it } from 'vitest';

import { parseJson } from './untrusted-json.ts';

it('reads JSON, whatever its strings hold', () => {
  const value = { a: [1, { b: [] }], '{[": \\': '[{,'.repeat(1e6), c: '\\"' };
  expect(parseJson(JSON.stringify(value))).toEqual(value);
});

it.each(['', '{"a":', '"open', '[1]]', '{}}{', '"\\'])('refuses what is none: %s', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});

it('reads half a million values, and refuses more', () => {
  const zeros = (count: number): string => `[${'0,'.repeat(count - 1)}0]`;
  expect(parseJson(zeros(2 ** 19))).toHaveLength(2 ** 19);
  expect(() => parseJson(zeros(2 ** 19 + 1))).toThrow('it has more than 524288 values');
  const empty = (value: string): string => `[${`${value},`.repeat(2 ** 19 - 1)}${value}]`;
  expect(() => parseJson(empty('{}'))).toThrow('more than 524288 values');
  expect(() => parseJson(empty('[]'))).toThrow('more than 524288 values');
});

it('reads what nests 64 deep, and refuses more', () => {
  const nested = (depth: number): string =>
    '[{"a":'.repeat(depth / 2) + '0' + '}]'.repeat(depth / 2);
  expect(JSON.stringify(parseJson(nested(64)))).toBe(nested(64));
  expect(() => parseJson(nested(66))).toThrow('it nests more than 64 deep');
});
