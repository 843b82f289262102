import { describe, expect, it } from 'vitest';

import { compareText } from './labelled-file.ts';

describe('compareText', () => {
  it('sorts by code point', () => {
    // What Python's sorted() gives.
    const sorted = ['', 'A', 'B', 'a', 'a b', 'aa', 'é', '\u{ffe5}', '🐈', '🐕'];
    expect(sorted.toReversed().sort(compareText)).toEqual(sorted);
    expect(['10', '9', '1'].sort(compareText)).toEqual(['1', '10', '9']);
  });
});
