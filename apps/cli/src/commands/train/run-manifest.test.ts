import { parseManifest } from '@resnet/split';
import { expect, it } from 'vitest';

import { commonFolder, runManifest } from './run-manifest.ts';
import { newSettings } from './settings.ts';

it('finds the folder that holds all files', () => {
  expect(commonFolder(['/a/b/c.png', '/a/b/d/e.png'])).toBe('/a/b');
  expect(commonFolder(['/a/b/c.png', '/a/bc/e.png'])).toBe('/a');
  expect(commonFolder(['/a/c.png', '/b/c.png'])).toBe('/');
});

it('lists every image under its subset and class', () => {
  const example = (path: string, label: number) => ({ path: `/data/${path}`, label });
  const dataset = {
    classes: ['cat', 'dog'],
    train: [example('x/cat/1.png', 0), example('x/dog/ü 2.png', 1)],
    val: [example('y/dog/3.png', 1)],
    test: [],
    path: '/data',
    source: '',
    warnings: [],
  };
  const manifest = parseManifest(runManifest(dataset, newSettings('/data', {})));
  expect(manifest).toMatchObject({
    root: '/data',
    classes: ['cat', 'dog'],
    files: {
      train: [
        { path: 'x/cat/1.png', label: 'cat' },
        { path: 'x/dog/ü 2.png', label: 'dog' },
      ],
      val: [{ path: 'y/dog/3.png', label: 'dog' }],
      test: [],
    },
  });
});
