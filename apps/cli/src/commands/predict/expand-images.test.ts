import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { expandImages } from './expand-images.ts';

/** Enough of a PNG to be taken for one. */
const png = Uint8Array.of(
  0x89,
  0x50,
  0x4e,
  0x47,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
  0,
  0,
  0,
  13,
  73,
  72,
  68,
  82,
);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnet-expand-'));
  mkdirSync(join(folder, 'd', 'inner [1]'), { recursive: true });
  for (const name of ['b.png', 'a ü.png', 'd/z.dat', 'd/inner [1]/y.png', 'd/.hidden.png']) {
    writeFileSync(join(folder, name), png);
  }
  writeFileSync(join(folder, 'd', 'notes.txt'), 'no image');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = async (...args: string[]) =>
  (await expandImages(args, folder)).map(({ name }) => name);

it('keeps the order of the arguments and sorts inside folders and globs', async () => {
  expect(await names('b.png', '-', 'd', 'a ü.png')).toEqual([
    'b.png',
    '-',
    'd/inner [1]/y.png',
    'd/z.dat',
    'a ü.png',
  ]);
  expect(await names('*.png')).toEqual(['a ü.png', 'b.png']);
  expect(await names(`${folder}/**/*.png`)).toEqual(
    ['a ü.png', 'b.png', 'd/inner [1]/y.png'].map((name) => `${folder}/${name}`),
  );
});

it('takes a file whose name looks like a glob for the file', async () => {
  expect(await names('d/inner [1]/y.png')).toEqual(['d/inner [1]/y.png']);
});

it('does not repeat what a folder or glob adds, but what is named twice', async () => {
  expect(await names('b.png', '*.png')).toEqual(['b.png', 'a ü.png']);
  expect(await names('b.png', 'b.png')).toEqual(['b.png', 'b.png']);
});

it('takes a named file as an image whatever it holds', async () => {
  expect(await names('d/notes.txt')).toEqual(['d/notes.txt']);
});

it('refuses what stands for nothing, with what was perhaps meant', async () => {
  await expect(expandImages(['c.png'], folder)).rejects.toMatchObject({
    message: 'There is no file or folder c.png.',
    hint: expect.stringContaining('b.png') as unknown,
  });
  await expect(expandImages(['*.gif'], folder)).rejects.toThrow('No file matches *.gif.');
  await expect(expandImages(['-', '-'], folder)).rejects.toThrow('only once');
  rmSync(join(folder, 'd', 'inner [1]'), { recursive: true });
  rmSync(join(folder, 'd', 'z.dat'));
  await expect(expandImages(['d'], folder)).rejects.toThrow('There are no images in d.');
});
