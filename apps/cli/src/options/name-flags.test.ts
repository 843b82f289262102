import { expect, it } from 'vitest';

import { nameFlags } from './name-flags.ts';

it.each([
  ["Use `mode: 'copy'`.", 'Use --mode copy.'],
  ['`into` /x is not empty; `force` adds to it.', '--into /x is not empty; --force adds to it.'],
  ['5 images are not matched by `groupBy`.', '5 images are not matched by --group-by.'],
  ['Make it again with `resnet split`, in `intoxicated`.', undefined],
])('%s', (text, named) => {
  expect(nameFlags(text)).toBe(named ?? text);
});
