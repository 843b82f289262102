import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { imageFolder } from '@resnet/test-config/image-folder';
import { scanFolder } from './scan-folder.ts';

describe('scanFolder', () => {
  it('takes sub-folders for classes and all images inside them', async () => {
    const root = await imageFolder({
      'dogs/rex.jpg': 1,
      'dogs/2024/summer/beach.png': 2,
      'cats/tom.png': 3,
      'Zebras/z.png': 4,
      '10/a.png': 5,
      '9/a.png': 6,
    });
    const scan = await scanFolder(root);
    expect(scan.classes).toEqual(['10', '9', 'Zebras', 'cats', 'dogs']);
    expect(scan.files.map((file) => [file.path, file.label])).toEqual([
      ['10/a.png', '10'],
      ['9/a.png', '9'],
      ['Zebras/z.png', 'Zebras'],
      ['cats/tom.png', 'cats'],
      ['dogs/2024/summer/beach.png', 'dogs'],
      ['dogs/rex.jpg', 'dogs'],
    ]);
  });

  it('goes by content, and lists what is no image', async () => {
    const root = await imageFolder({
      'a/no-extension': 1,
      'a/wrong.txt': 2,
      'a/text.jpg': 'not an image',
      'a/empty.png': '',
      'b/x.png': 3,
      'readme.md': 'beside the classes',
    });
    const scan = await scanFolder(root);
    expect(scan.files.map((file) => file.path)).toEqual([
      'a/no-extension',
      'a/wrong.txt',
      'b/x.png',
    ]);
    expect(scan.files[0]).toMatchObject({ type: 'png', bytes: 11 });
    expect(scan.notImages).toEqual(['a/empty.png', 'a/text.jpg']);
    expect(scan.outside).toEqual(['readme.md']);
  });

  it('leaves hidden files out, and what macOS adds', async () => {
    const root = await imageFolder({
      'a/x.png': 1,
      'a/.x.png': 2,
      'a/.cache/y.png': 3,
      '.git/z.png': 4,
      '__MACOSX/a/x.png': 5,
      '.DS_Store': 'x',
    });
    const scan = await scanFolder(root);
    expect(scan.classes).toEqual(['a']);
    expect(scan.files.map((file) => file.path)).toEqual(['a/x.png']);
    expect([...scan.notImages, ...scan.outside, ...scan.unreadable]).toEqual([]);
  });

  it('keeps names with spaces, quotes, emoji and any script', async () => {
    const names = ['my cats', "o'hara $HOME", '猫', 'café', '🐈 cat', 'a\nb'];
    const root = await imageFolder(
      Object.fromEntries(names.map((name, i) => [`${name}/ü ${name}.png`, i])),
    );
    const scan = await scanFolder(root);
    expect(scan.classes.toSorted()).toEqual(names.toSorted());
    expect(scan.files.length).toBe(names.length);
  });

  it('gives a class one name however the file system encodes it', async () => {
    const root = await imageFolder({ ['café'.normalize('NFD') + '/x.png']: 1, 'b/x.png': 2 });
    const scan = await scanFolder(root);
    expect(scan.classes).toEqual(['b', 'café'.normalize('NFC')]);
    expect(scan.files[1]).toMatchObject({ label: 'café'.normalize('NFC') });
    await mkdir(join(root, 'café'.normalize('NFC')), { recursive: true });
    // Where the file system takes both for one name there is nothing to refuse.
    const expected = process.platform === 'linux' ? /both called 'café'/ : /^$/;
    const message = await scanFolder(root).then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(message).toMatch(expected);
  });

  it('follows links, and reports those that lead nowhere or back', async () => {
    const elsewhere = await imageFolder({ 'one.png': 1, 'deep/two.png': 2 });
    const root = await imageFolder({
      linked: `-> ${elsewhere}`,
      'a/x.png': 3,
      'a/file.png': `-> ${join(elsewhere, 'one.png')}`,
      'a/broken.png': '-> /nowhere/at-all.png',
      'a/self.png': '-> self.png',
      'a/up': '-> ..',
      'a/sub/to-b': '-> ../../b',
      'b/to-a': '-> ../a',
      'b/y.png': 4,
    });
    const scan = await scanFolder(root);
    expect(scan.classes).toEqual(['a', 'b', 'linked']);
    expect(scan.files.map((file) => file.path)).toEqual([
      'a/file.png',
      'a/sub/to-b/y.png',
      'a/x.png',
      'b/to-a/file.png',
      'b/to-a/x.png',
      'b/y.png',
      'linked/deep/two.png',
      'linked/one.png',
    ]);
    expect(scan.unreadable).toContainEqual({ path: 'a/broken.png', reason: 'a link to nothing' });
    expect(scan.unreadable).toContainEqual({ path: 'a/self.png', reason: 'a link to itself' });
    expect(scan.unreadable).toContainEqual({
      path: 'a/up',
      reason: 'a link to a folder that it lies in',
    });
  });

  it('refuses what is no folder', async () => {
    const root = await imageFolder({ 'file.png': 1 });
    await expect(scanFolder(join(root, 'none'))).rejects.toThrow(/There is no folder .*none/);
    await expect(scanFolder(join(root, 'file.png'))).rejects.toThrow('is a file');
  });

  it('stops when told to', async () => {
    const root = await imageFolder({ 'a/x.png': 1, 'b/x.png': 2 });
    await expect(scanFolder(root, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
  });
});
