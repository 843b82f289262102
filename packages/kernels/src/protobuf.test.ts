import { expect, it } from 'vitest';

import {
  bytes,
  float,
  integer,
  join,
  message,
  nested,
  packedIntegers,
  string,
} from './protobuf.ts';

// The examples of protobuf.dev/programming-guides/encoding, and what follows from its rules.
it.each([
  ['150 in field 1', integer(1, 150), [0x08, 0x96, 0x01]],
  [
    '"testing" in field 2',
    string(2, 'testing'),
    [0x12, 7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67],
  ],
  ['a message in field 3', nested(3, integer(1, 150)), [0x1a, 3, 0x08, 0x96, 0x01]],
  [
    'packed 3, 270, 86942',
    packedIntegers(6, [3, 270, 86942]),
    [0x32, 6, 3, 0x8e, 2, 0x9e, 0xa7, 5],
  ],
  ['0', integer(1, 0), [0x08, 0]],
  ['-2', integer(1, -2), [0x08, 0xfe, ...Array.from({ length: 8 }, () => 0xff), 1]],
  ['2^35', integer(1, 2 ** 35), [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ['field 16', integer(16, 1), [0x80, 0x01, 1]],
  ['0.5', float(2, 0.5), [0x15, 0, 0, 0, 0x3f]],
  ['bytes', bytes(9, Uint8Array.of(1, 2)), [0x4a, 2, 1, 2]],
  ['nothing', message(), []],
])('writes %s', (_, value, expected) => {
  expect([...join(value)]).toEqual(expected);
  expect(value.length).toBe(expected.length);
});
