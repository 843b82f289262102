import { lstat, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabelledFile } from '@resnet/split';
import { describe, expect, it } from 'vitest';

import { addFiles, fakeImage, listTree, imageFolder } from '@resnet/test-config/image-folder';
import { exportSplit, type ExportSplitOptions } from './export-split.ts';
import type { PlaceMode } from './placing-errors.ts';

const file = (path: string): LabelledFile => ({ path, label: path.split('/')[0]! });

async function source(): Promise<string> {
  const root = await imageFolder({
    'my cats/1 ü.png': 1,
    'my cats/deep/2.png': 2,
    'dogs/3.png': 3,
    'dogs/4.png': '-> 3.png',
  });
  await utimes(join(root, 'dogs/3.png'), 1e9, 1e9);
  return root;
}

const subsets = new Map([
  ['train', [file('my cats/1 ü.png'), file('dogs/4.png')]],
  ['val', [file('my cats/deep/2.png'), file('dogs/3.png')]],
]);
const laidOut = [
  'train/dogs/4.png',
  'train/my cats/1 ü.png',
  'val/dogs/3.png',
  'val/my cats/deep/2.png',
];

async function split(
  into: string,
  options: Partial<ExportSplitOptions> & { root: string },
): Promise<{ foreign: number }> {
  return exportSplit({ subsets, into, mode: 'copy', force: false, ...options });
}

async function visible(folder: string): Promise<string[]> {
  return (await listTree(folder)).filter((path) => !path.startsWith('.'));
}

describe('exportSplit', () => {
  it.each<PlaceMode>(['copy', 'hardlink', 'symlink'])('lays the subsets out: %s', async (mode) => {
    const root = await source();
    const into = join(await imageFolder(), 'new', 'folder');
    await split(into, { root, mode });
    expect(await visible(into)).toEqual(laidOut);
    expect(await readFile(join(into, 'train/my cats/1 ü.png'))).toEqual(fakeImage(1));
    expect(await readFile(join(into, 'train/dogs/4.png'))).toEqual(fakeImage(3));

    const made = join(into, 'val/dogs/3.png');
    const [there, here] = [await stat(join(root, 'dogs/3.png')), await stat(made)];
    expect(here.ino === there.ino).toBe(mode !== 'copy');
    expect(here.mtimeMs).toBe(there.mtimeMs);
    expect((await lstat(made)).isSymbolicLink()).toBe(mode === 'symlink');
    // What is a link in the source is an image here, unless links were asked for.
    expect((await lstat(join(into, 'train/dogs/4.png'))).isFile()).toBe(mode !== 'symlink');
  });

  it('refuses a folder that is not empty, and leaves it alone', async () => {
    const root = await source();
    const into = await imageFolder({ 'mine.txt': 'mine' });
    await expect(split(into, { root })).rejects.toThrow('is not empty');
    expect(await listTree(into)).toEqual(['mine.txt']);
  });

  it('with force replaces its own files and keeps all others', async () => {
    const root = await source();
    const into = await imageFolder({ 'mine.txt': 'mine', 'train/dogs/mine.png': 9 });
    expect(await split(into, { root, force: true })).toEqual({ foreign: 2 });
    await writeFile(join(into, 'val/dogs/3.png'), 'changed by hand, so mine too');

    const moved = new Map([['train', [file('my cats/deep/2.png'), file('dogs/4.png')]]]);
    expect(await split(into, { root, force: true, subsets: moved })).toEqual({ foreign: 3 });
    expect(await visible(into)).toEqual([
      'mine.txt',
      'train/dogs/4.png',
      'train/dogs/mine.png',
      'train/my cats/deep/2.png',
      'val/dogs/3.png',
    ]);
    expect(await readFile(join(into, 'val/dogs/3.png'), 'utf8')).toContain('mine too');
  });

  it('with force can change the mode', async () => {
    const root = await source();
    const into = await imageFolder();
    for (const mode of ['symlink', 'copy', 'hardlink', 'symlink'] as const) {
      expect(await split(into, { root, force: true, mode })).toEqual({ foreign: 0 });
      expect(await visible(into)).toEqual(laidOut);
    }
    // Removing links and hard links left the images.
    expect(await readFile(join(root, 'dogs/3.png'))).toEqual(fakeImage(3));
    expect((await listTree(root)).length).toBe(4);
  });

  it('knows its files again when the source is named by a link', async () => {
    const root = await source();
    const named = join(await imageFolder({ link: `-> ${root}` }), 'link');
    const into = await imageFolder();
    await split(into, { root: named, mode: 'symlink' });
    expect(await split(into, { root: named, mode: 'copy', force: true })).toEqual({ foreign: 0 });
  });

  it('never overwrites a file that it did not make', async () => {
    const root = await source();
    const into = await imageFolder({ 'val/dogs/3.png': 'mine' });
    await expect(split(into, { root, force: true })).rejects.toThrow('is in the way');
    expect(await listTree(into)).toEqual(['val/dogs/3.png']);
    expect(await readFile(join(into, 'val/dogs/3.png'), 'utf8')).toBe('mine');
  });

  it('leaves nothing when it is stopped half-way', async () => {
    const root = await source();
    const above = await imageFolder();
    const controller = new AbortController();
    const stopped = split(join(above, 'a/b'), {
      root,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(stopped).rejects.toThrow('abort');
    expect(await stat(join(above, 'a')).catch(() => 'gone')).toBe('gone');
  });

  it('leaves what was there when an image cannot be copied', async () => {
    const root = await source();
    const into = await imageFolder();
    await split(into, { root });
    const before = await listTree(into);
    const impossible = new Map([['train', [file('dogs/3.png'), file('dogs/gone.png')]]]);
    await expect(split(into, { root, force: true, subsets: impossible })).rejects.toThrow(
      'gone.png',
    );
    expect(await listTree(into)).toEqual(before);
  });

  it('clears up after a run that was killed, and waits for none that lives', async () => {
    const root = await source();
    const into = await imageFolder({ '.resnet-split-999999999/train/x.png': 1 });
    await split(into, { root });
    expect(await visible(into)).toEqual(laidOut);
    expect((await listTree(into)).filter((path) => path.includes('split-'))).toEqual([]);

    const other = await imageFolder();
    await addFiles(other, { [`.resnet-split-${process.ppid}/train/x.png`]: 1 });
    await expect(split(other, { root })).rejects.toThrow(/Another resnet split .* is writing/);
  });

  it('refuses to write into the folder that is split, through any link', async () => {
    const root = await source();
    const link = await imageFolder({ in: `-> ${root}` });
    for (const into of [root, join(root, 'subsets'), join(link, 'in', 'subsets')]) {
      await expect(split(into, { root, force: true })).rejects.toThrow('inside the folder');
    }
    await expect(split(join(root, 'dogs/3.png'), { root: link })).rejects.toThrow('not a folder');
  });
});
