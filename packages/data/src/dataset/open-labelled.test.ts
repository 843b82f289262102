import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { formatManifest } from '@resnet/split';
import { describe, expect, it } from 'vitest';

import { classes, imageFolder } from '@resnet/test-config/image-folder';
import { openLabelled } from './open-labelled.ts';

const known = ['dog', 'cat', 'cow'];

describe('openLabelled', () => {
  it('takes all of a folder of classes, numbered as the model has them', async () => {
    const root = await imageFolder(classes({ cat: 2, dog: 1 }));
    const { examples, warnings } = await openLabelled(root, { classes: known });
    expect(examples.map(({ path, label }) => [path.slice(root.length + 1), label])).toEqual([
      ['cat/0.png', 1],
      ['cat/1.png', 1],
      ['dog/0.png', 0],
    ]);
    expect(warnings).toEqual([]);
  });

  it('takes test of a folder of subsets, else val, or the subset asked for', async () => {
    const root = await imageFolder(
      classes({ 'train/cat': 4, 'train/dog': 4, 'val/dog': 2, 'test/cat': 1 }),
    );
    const size = async (subset?: 'train' | 'val' | 'all') =>
      (await openLabelled(root, { classes: known, subset })).examples.length;
    expect([await size(), await size('val'), await size('train'), await size('all')]).toEqual([
      1, 2, 8, 11,
    ]);
    const noTest = await imageFolder(classes({ 'train/cat': 4, 'train/dog': 4, 'val/dog': 2 }));
    expect((await openLabelled(noTest, { classes: known })).source).toBe(join(noTest, 'val'));
    await expect(openLabelled(noTest, { classes: known, subset: 'test' })).rejects.toThrow(
      'has no test folder',
    );
  });

  it('takes a subset of a manifest', async () => {
    const root = await imageFolder(classes({ cat: 3, dog: 3 }));
    const file = (path: string) => ({ path, label: path.slice(0, 3) });
    await writeFile(
      join(root, 'split.json'),
      formatManifest({
        version: 1,
        root: '.',
        classes: ['cat', 'dog'],
        options: { seed: 0 },
        files: {
          train: ['cat/0.png', 'dog/0.png', 'dog/1.png'].map(file),
          val: ['cat/1.png', 'dog/2.png'].map(file),
          test: [file('cat/2.png')],
        },
      }),
    );
    const open = (subset?: 'val' | 'all') =>
      openLabelled(join(root, 'split.json'), { classes: known, subset });
    expect((await open()).examples).toEqual([{ path: join(root, 'cat/2.png'), label: 1 }]);
    expect((await open('val')).examples.map(({ label }) => label)).toEqual([1, 0]);
    expect((await open('all')).examples.length).toBe(6);
  });

  it('refuses a class that the model does not know', async () => {
    const root = await imageFolder(classes({ cats: 2, dog: 1 }));
    await expect(openLabelled(root, { classes: known })).rejects.toMatchObject({
      code: 'CLASS_UNKNOWN',
      message: expect.stringContaining("'cats'"),
      hint: 'Did you mean cat?',
    });
  });

  it('refuses a folder without class folders, and a subset of one that is not split', async () => {
    const loose = await imageFolder({ 'x.png': 1 });
    await expect(openLabelled(loose, { classes: known })).rejects.toMatchObject({
      hint: expect.stringContaining('resnet predict'),
    });
    const root = await imageFolder(classes({ cat: 2, dog: 1 }));
    await expect(openLabelled(root, { classes: known, subset: 'val' })).rejects.toThrow(
      'not split',
    );
  });
});
