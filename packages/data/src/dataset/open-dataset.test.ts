import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { formatManifest } from '@resnet/split';
import { describe, expect, it } from 'vitest';

import { classes, imageFolder } from '@resnet/test-config/image-folder';
import { DataError } from '../errors.ts';
import { openDataset, type Dataset } from './open-dataset.ts';
import { planSplit, splitPlanned } from './plan-split.ts';

const options = { seed: 0, val: 0.25 };

function pathsOf(dataset: Dataset, subset: 'train' | 'val' | 'test'): string[] {
  return dataset[subset].map(({ path }) => path.slice(dataset.path.length + 1));
}

/** Every label is the number of the folder that the image is in. */
function expectLabels(dataset: Dataset): void {
  for (const { path, label } of [...dataset.train, ...dataset.val, ...dataset.test]) {
    expect(path).toContain(`/${dataset.classes[label]}/`);
  }
}

describe('openDataset of a folder of classes', () => {
  it('splits it as resnet split does', async () => {
    const root = await imageFolder(classes({ 'b b': 12, a: 8, ç: 4 }));
    const dataset = await openDataset(root, { ...options, test: 0.25 });
    expect(dataset.classes).toEqual(['a', 'b b', 'ç']);
    expect([dataset.train.length, dataset.val.length, dataset.test.length]).toEqual([12, 6, 6]);
    expectLabels(dataset);
    const subsets = splitPlanned(await planSplit(root, {}), { ...options, test: 0.25 });
    expect(pathsOf(dataset, 'val')).toEqual(subsets.val.map((file) => file.path));
    expect(dataset.source).toContain('3 classes');
    expect(dataset.warnings).toEqual([]);
  });

  it('keeps groups and copies of an image in one subset, and warns of copies', async () => {
    const root = await imageFolder({
      ...Object.fromEntries(
        ['a', 'b'].flatMap((label, l) =>
          Array.from({ length: 40 }, (_, i) => [`${label}/${i % 10}-${i}.png`, 1000 + 40 * l + i]),
        ),
      ),
      'a/x.png': 7,
      'b/y.png': 7,
      'a/note.txt': 'hello',
    });
    for (let seed = 0; seed < 5; seed++) {
      const dataset = await openDataset(root, { seed, val: 0.3, groupBy: /\/(\d)-/ });
      const subsetOf = new Map<string, string>();
      for (const subset of ['train', 'val'] as const) {
        for (const path of pathsOf(dataset, subset)) {
          const group = /\/(\d)-/.exec(path)?.[1] ?? 'the copies';
          expect(subsetOf.get(group) ?? subset).toBe(subset);
          subsetOf.set(group, subset);
        }
      }
      expect(dataset.warnings.join('\n')).toContain('a/x.png = b/y.png');
      expect(dataset.warnings.join('\n')).toContain('a/note.txt');
    }
  });

  it.each([
    ['no classes', {}, 'no class folders'],
    ['files only', { 'a.png': 1, 'b.png': 2 }, 'no class folders, only 2 files'],
    ['one class', classes({ a: 5 }), "only one class folder, 'a'"],
    ['an empty class', { ...classes({ a: 5, b: 5 }), 'c/x.txt': 'text' }, "no images: 'c'"],
    ['a class too small', classes({ a: 5, b: 1 }), "'b' (1)"],
  ])('refuses %s', async (_, tree, message) => {
    const root = await imageFolder(tree);
    const opening = openDataset(root, options);
    await expect(opening).rejects.toBeInstanceOf(DataError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(root);
  });

  it('warns of classes of very different sizes', async () => {
    const root = await imageFolder(classes({ many: 45, few: 4, some: 20 }));
    const { warnings } = await openDataset(root, options);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("from 45 images of 'many' down to 4 of 'few'");
  });

  it('tells a file that is no manifest from a damaged one', async () => {
    const root = await imageFolder({ 'notes.txt': 'hello', 'split.json': '{"version": 1' });
    const opening = openDataset(join(root, 'notes.txt'), options);
    await expect(opening).rejects.toBeInstanceOf(DataError);
    await expect(opening).rejects.toThrow('neither a folder of images nor a manifest');
    await expect(openDataset(join(root, 'split.json'), options)).rejects.toThrow('it is not JSON');
  });

  it('says so when there is nothing', async () => {
    await expect(openDataset('/nowhere/at all', options)).rejects.toThrow('no file or folder');
  });
});

describe('openDataset of a folder of subsets', () => {
  it('takes train, val and test as they are', async () => {
    const root = await imageFolder(
      classes({ 'train/b': 3, 'train/a': 2, 'val/a': 1, 'val/b': 1, 'test/b': 1 }),
    );
    const dataset = await openDataset(root, options);
    expect(dataset.classes).toEqual(['a', 'b']);
    expect(pathsOf(dataset, 'val')).toEqual(['val/a/0.png', 'val/b/0.png']);
    expect([dataset.train.length, dataset.test.length]).toEqual([5, 1]);
    expectLabels(dataset);
    expect(dataset.source).toContain('train/, val/, test/');
  });

  it('knows validation by its other names', async () => {
    const root = await imageFolder(classes({ 'Train/b': 3, 'Train/a': 2, 'valid/a': 1 }));
    expect(pathsOf(await openDataset(root, options), 'val')).toEqual(['valid/a/0.png']);
  });

  it('splits a validation subset off where there is none', async () => {
    const root = await imageFolder(classes({ 'train/a': 8, 'train/b': 8, 'test/a': 2 }));
    const dataset = await openDataset(root, options);
    expect([dataset.train.length, dataset.val.length, dataset.test.length]).toEqual([12, 4, 2]);
    expectLabels(dataset);
    expect(dataset.source).toContain('no val/');
  });

  it('takes a class called train for a class', async () => {
    const root = await imageFolder(classes({ train: 8, bus: 8 }));
    expect((await openDataset(root, options)).classes).toEqual(['bus', 'train']);
  });

  it('warns of images in two subsets', async () => {
    const root = await imageFolder({
      ...classes({ 'train/a': 3, 'train/b': 3, 'val/a': 1 }),
      'train/a/same.png': 5,
      'val/b/same.png': 5,
    });
    const { warnings } = await openDataset(root, options);
    expect(warnings.join()).toContain('train/a/same.png = val/b/same.png');
  });

  it('refuses a class that is not trained on, and one without images', async () => {
    const typo = await imageFolder(classes({ 'train/cat': 3, 'train/dog': 3, 'val/cats': 1 }));
    await expect(openDataset(typo, options)).rejects.toMatchObject({
      code: 'CLASS_UNKNOWN',
      message: expect.stringContaining("'cats'"),
      hint: 'Did you mean cat?',
    });
    const empty = await imageFolder({
      ...classes({ 'train/cat': 3, 'val/cat': 1 }),
      'train/dog/x': 'text',
    });
    await expect(openDataset(empty, options)).rejects.toThrow("no images of 'dog'");
  });
});

describe('openDataset of a manifest', () => {
  async function written(): Promise<{ root: string; path: string }> {
    const root = await imageFolder(classes({ 'photos/a ü': 8, 'photos/b': 8 }));
    const files = splitPlanned(await planSplit(join(root, 'photos'), {}), options);
    const path = join(root, 'split.json');
    const text = formatManifest({
      version: 1,
      root: 'photos',
      classes: ['b', 'a ü'],
      options,
      files,
    });
    await writeFile(path, text);
    return { root, path };
  }

  it('takes files and the order of classes from it', async () => {
    const { root, path } = await written();
    const dataset = await openDataset(path, { seed: 5, val: 0.5 });
    expect(dataset.classes).toEqual(['b', 'a ü']);
    expect([dataset.train.length, dataset.val.length]).toEqual([12, 4]);
    expect(dataset.train[0]!.path.startsWith(join(root, 'photos'))).toBe(true);
    expectLabels(dataset);
  });

  it('works when both were moved', async () => {
    const { root, path } = await written();
    const other = await imageFolder();
    await rename(join(root, 'photos'), join(other, 'photos'));
    await rename(path, join(other, 'moved.json'));
    const dataset = await openDataset(join(other, 'moved.json'), options);
    expect(dataset.train.length).toBe(12);
    expect(dataset.warnings).toEqual([]);
  });

  it('leaves out what is gone, and refuses when all is', async () => {
    const { root, path } = await written();
    await rm(join(root, 'photos/b/0.png'));
    const dataset = await openDataset(path, options);
    expect(dataset.train.length + dataset.val.length).toBe(15);
    expect(dataset.warnings.join()).toContain('b/0.png');
    await rm(join(root, 'photos'), { recursive: true });
    await expect(openDataset(path, options)).rejects.toThrow('None of the files');
  });

  it('refuses a file that is none', async () => {
    const root = await imageFolder({ 'image.png': 1 });
    const opening = openDataset(join(root, 'image.png'), options);
    await expect(opening).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
    await expect(opening).rejects.toThrow(/image.png is neither/);
  });
});
