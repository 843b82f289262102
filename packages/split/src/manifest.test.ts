import { describe, expect, it } from 'vitest';

import { formatManifest, parseManifest, type SplitManifest } from './manifest.ts';

type Json = Record<string, object>;

const manifest: SplitManifest = {
  version: 1,
  root: '../photos',
  classes: ['cats', 'dogs 🐕', '__proto__'],
  options: { seed: 7, val: 0.2, test: 10, groupBy: '--(.+)\\.', fold: { index: 1, of: 5 } },
  files: {
    train: [
      { path: 'cats/ü b.png', label: 'cats' },
      { path: 'cats/c..png', label: 'cats' },
      { path: '__proto__/d.png', label: '__proto__' },
    ],
    val: [{ path: 'dogs 🐕/a.png', label: 'dogs 🐕' }],
    test: [],
  },
};

describe('the manifest', () => {
  it('is read as it was written', () => {
    expect(parseManifest(formatManifest(manifest))).toEqual(manifest);
  });

  it('has a line a file', () => {
    expect(formatManifest(manifest).split('\n')).toContain('    "cats/ü b.png",');
  });

  const damage: [string, (json: Json) => unknown, RegExp][] = [
    ['another version', (m) => ({ ...m, version: 2 }), /version: expected 1, received 2/],
    ['a list', () => [], /expected an object/],
    ['no root', (m) => ({ ...m, root: undefined }), /root: expected a path, received nothing/],
    ['classes that are no names', (m) => ({ ...m, classes: [1, 2] }), /classes: .*\[1,2\]/],
    ['one class', (m) => ({ ...m, classes: ['cats'] }), /two at least/],
    ['a class twice', (m) => ({ ...m, classes: ['cats', 'cats'] }), /'cats' is listed twice/],
    ['no seed', (m) => ({ ...m, options: {} }), /options.seed: expected a number/],
    ['files missing', (m) => ({ ...m, files: undefined }), /files: expected an object/],
    ['another subset', (m) => ({ ...m, files: { ...m.files, dev: {} } }), /received 'dev'/],
    [
      'a class not listed',
      (m) => ({ ...m, files: { train: { cows: ['cows/1.png'] } } }),
      /'cows' is not among the classes/,
    ],
    ['nothing to train on', (m) => ({ ...m, files: {} }), /files.train: expected images/],
    [
      'a file in two subsets',
      (m) => ({ ...m, files: { train: { cats: ['cats/1'] }, val: { cats: ['cats/1'] } } }),
      /files.val\['cats'\]: 'cats\/1' is listed before, in files.train/,
    ],
    ...['../x.png', 'a/../../x', '/etc/x', 'C:\\x', ''].map(
      (path): [string, (m: Json) => unknown, RegExp] => [
        `the path '${path}'`,
        (m) => ({ ...m, files: { train: { cats: [path] } } }),
        /inside the root/,
      ],
    ),
  ];
  it.each(damage)('refuses %s', (_, change, message) => {
    const text = JSON.stringify(change(JSON.parse(formatManifest(manifest))));
    expect(() => parseManifest(text)).toThrow(message);
    expect(() => parseManifest(text)).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID' }),
    );
  });

  it('refuses a text cut short', () => {
    expect(() => parseManifest(formatManifest(manifest).slice(0, 100))).toThrow('not JSON');
  });
});
