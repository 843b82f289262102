import { expect, test } from 'vitest';

import { SpareBuffer } from './spare-buffer.ts';

test('a buffer is used again, by one at a time, where its length is right', () => {
  const spare = new SpareBuffer((length) => new Uint8Array(length));
  const first = spare.take(12);
  spare.give(first);
  expect(spare.take(12)).toBe(first);
  expect(spare.take(12)).not.toBe(first);
  spare.give(first);
  expect(spare.take(6)).toHaveLength(6);
});

test('a large one is not kept', () => {
  const spare = new SpareBuffer((length) => new Uint8Array(length));
  const large = spare.take(9 * 2 ** 20);
  spare.give(large);
  // Not `toBe`: vitest compares such arrays number by number, for minutes.
  expect(spare.take(large.length) === large).toBe(false);
});
