import { expect, test } from 'vitest';

import { csv } from './csv.ts';

test('quotes what needs it, and ends every row', () => {
  expect(
    csv([
      ['file', 'label'],
      ['a, b.png', 'so "called"'],
      ['line\nbreak', 0.5],
    ]),
  ).toBe('file,label\r\n"a, b.png","so ""called"""\r\n"line\nbreak",0.5\r\n');
});

test('a label is no formula', () => {
  expect(csv([['=HYPERLINK("https://x")', '@SUM(A1)', '-cat', -1]])).toBe(
    `"'=HYPERLINK(""https://x"")",'@SUM(A1),'-cat,-1\r\n`,
  );
});
