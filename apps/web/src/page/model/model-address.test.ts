import { expect, test } from 'vitest';

import { linkedModel, modelAddress } from './model-address.ts';

const base = 'https://page.example/app/';

test.each([
  ['https://other.example/models/flowers/', 'https://other.example/models/flowers/', 'flowers'],
  [' models/my%20birds/config.json ', `${base}models/my%20birds/config.json`, 'my birds'],
  ['/m', 'https://page.example/m', 'm'],
  ['https://other.example', 'https://other.example/', 'other.example'],
  ['/100%25%', 'https://page.example/100%25%', '100%25%'],
])('%s', (text, url, name) => {
  expect(modelAddress(text, base)).toEqual({ name, source: new URL(url) });
});

test.each([
  ['', /^Type/],
  ['https://', /no address/],
  ['javascript:alert(1)', /not by javascript/],
  ['file:///etc', /not by file/],
])('%s is refused', (text, problem) => {
  expect(modelAddress(text, base)).toEqual({ problem: expect.stringMatching(problem) });
});

test('a link can only ask for a model of its own origin', () => {
  expect(linkedModel(`${base}?model=models/a/`)?.name).toBe('a');
  expect(linkedModel(`${base}?model=https://evil.example/a/`)).toBeUndefined();
  expect(linkedModel(`${base}?model=javascript:1`)).toBeUndefined();
  expect(linkedModel(base)).toBeUndefined();
});
