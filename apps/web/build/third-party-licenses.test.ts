import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

it.each([
  ['dist', []],
  ['dist-page', ['@fontsource-variable/figtree']],
])('%s holds the licences of what is bundled into it, its workers included', (folder, more) => {
  const text = readFileSync(
    new URL(`../${folder}/third-party-licenses.md`, import.meta.url),
    'utf8',
  );
  const names = [...text.matchAll(/^## (\S+) \S+ \((.+)\)$/gm)].map(([, name]) => name);
  expect(names).toEqual([
    ...more,
    '@tensorflow/tfjs-backend-cpu',
    '@tensorflow/tfjs-backend-wasm',
    '@tensorflow/tfjs-backend-webgpu',
    '@tensorflow/tfjs-core',
    'long',
    'seedrandom',
  ]);
  expect(text).not.toContain('no licence named');
  for (const section of text.split(/^## /m).slice(1)) {
    expect(section).toMatch(/Permission is hereby granted|Apache License|Open Font License/i);
  }
});
