import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { manifestOf } from './element-manifest.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const [declaration] = manifestOf(read('../src/element/resnet-predictor.ts')).modules[0]!
  .declarations;

test('names what the element has: attributes, parts, slots, properties', () => {
  const { attributes, cssParts, cssProperties, slots, events, tagName } = declaration!;
  const names = (list: readonly { name: string }[]): string[] =>
    list.map(({ name }) => name).sort();
  const all = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort();
  const element = read('../src/element/resnet-predictor.ts');
  const session = read('../src/element/session.ts');
  const view = read('../src/element/view.ts');
  const observed = /observedAttributes[^[]*\[\]\s*=\s*\[([^\]]*)\]/.exec(element)![1]!;
  expect(tagName).toBe('resnet-predictor');
  expect(names(attributes)).toEqual(all(observed, /'([^']+)'/g));
  expect(names(cssParts)).toEqual(all(view, /part: '([^']+)'/g));
  expect(names(slots)).toEqual(all(view, /name: '([^']+)'/g));
  expect(names(cssProperties)).toEqual(
    all(read('../src/element/styles.ts') + view, /var\((--resnet-[\w-]+)/g),
  );
  expect(names(events)).toEqual(all(session, /Event(?:<\w+>)?\('(\w+)'/g));
});

test('what is built is what the source says', () => {
  const built: unknown = JSON.parse(read('../custom-elements.json'));
  expect(built).toEqual(manifestOf(read('../src/element/resnet-predictor.ts')));
});
