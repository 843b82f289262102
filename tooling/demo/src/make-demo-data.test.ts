import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { groupByPattern, sniffImageType } from '@resnet/split';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findDrawing, listEmoji } from './catalogue.js';
import { groupPattern, makeDemoData } from './make-demo-data.js';
import { loadEmojiSet, type Vendor } from './vendors.js';

let into: string;
beforeEach(async () => {
  into = await mkdtemp(join(tmpdir(), 'demo-data-'));
});
afterEach(() => rm(into, { recursive: true }));

const few = { vendors: ['noto', 'emojione'], own: 'twemoji', perClass: 4 } as const;

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name).slice(folder.length + 1))
    .sort();
}

describe('makeDemoData', () => {
  it('makes decodable PNG and JPEG images of varied size in four classes', async () => {
    const { made, own } = await makeDemoData({ into, ...few });
    expect(made).toBe(true);
    expect(own).toEqual({
      'animals-and-nature': 4,
      'food-and-drink': 4,
      'smileys-and-emotion': 4,
      'travel-and-places': 4,
    });
    const types = new Set<string>();
    const sizes = new Set<number>();
    for (const path of await files(join(into, 'photos'))) {
      const bytes = await readFile(join(into, 'photos', path));
      const type = sniffImageType(bytes);
      expect(path.endsWith(type === 'jpeg' ? '.jpg' : '.png')).toBe(true);
      const { width, height, hasAlpha } = await sharp(bytes).metadata();
      expect({ width, hasAlpha }).toEqual({ width: height, hasAlpha: false });
      types.add(type!);
      sizes.add(width);
    }
    expect([...types].sort()).toEqual(['jpeg', 'png']);
    expect(sizes.size).toBeGreaterThan(5);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(96);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(160);
    expect(await readFile(join(into, 'LICENSES.md'), 'utf8')).toContain('| twemoji | ');
  });

  it('makes the same bytes again, and leaves what is complete', async () => {
    await makeDemoData({ into, ...few });
    const paths = await files(into);
    const before = await Promise.all(paths.map((path) => readFile(join(into, path))));
    expect((await makeDemoData({ into, ...few })).made).toBe(false);

    await rm(join(into, 'photos'), { recursive: true });
    expect((await makeDemoData({ into, ...few })).made).toBe(true);
    expect(await files(into)).toEqual(paths);
    const after = await Promise.all(paths.map((path) => readFile(join(into, path))));
    expect(after.every((bytes, i) => bytes.equals(before[i]!))).toBe(true);
  });

  it('clears up after a run that was killed', async () => {
    await mkdir(join(into, '.making-999999999', 'photos'), { recursive: true });
    await makeDemoData({ into, ...few });
    expect((await readdir(into)).sort()).toEqual([
      'LICENSES.md',
      'made.json',
      'my-own-images',
      'photos',
    ]);
  });

  it('makes them again when the recipe changed or an image is missing', async () => {
    await makeDemoData({ into, ...few });
    expect((await makeDemoData({ into, ...few, seed: 1 })).made).toBe(true);
    const first = (await files(join(into, 'photos')))[0]!;
    await rm(join(into, 'photos', first));
    expect((await makeDemoData({ into, ...few, seed: 1 })).made).toBe(true);
    expect(await files(join(into, 'photos'))).toContain(first);
  });

  it('never removes a file that it did not make', async () => {
    await makeDemoData({ into, ...few });
    const before = await files(join(into, 'photos'));
    const mine = join(into, 'photos', 'food-and-drink', 'mine.jpg');
    await writeFile(mine, 'mine');
    await expect(makeDemoData({ into, ...few, seed: 1 })).rejects.toThrow('mine.jpg');
    expect(await files(join(into, 'photos'))).toEqual(
      [...before, 'food-and-drink/mine.jpg'].sort(),
    );
    expect((await readdir(into)).filter((name) => name.startsWith('.making'))).toEqual([]);
  });

  it('names the vendors it does not know', async () => {
    await expect(makeDemoData({ into, own: 'apple' })).rejects.toThrow("'apple'");
    await expect(makeDemoData({ into, vendors: ['noto'], own: 'noto' })).rejects.toThrow(
      'all different',
    );
  });
});

describe('the catalogue', () => {
  it('knows an emoji by one name in every set', async () => {
    const reference = await loadEmojiSet('noto');
    const emoji = listEmoji(reference);
    expect(new Set(emoji.map((one) => one.name)).size).toBe(emoji.length);
    expect(emoji.filter((one) => /skin-tone|flag/.test(one.name))).toEqual([]);
    const least: readonly [Vendor, number][] = [
      ['emojione', 470],
      ['fluent', 645],
      ['noto', 663],
      ['openmoji', 660],
      ['twemoji', 650],
    ];
    for (const [vendor, count] of least) {
      const set = await loadEmojiSet(vendor);
      const drawn = emoji.filter((one) => findDrawing(set, one) !== undefined);
      expect(drawn.length).toBeGreaterThanOrEqual(count);
    }
  });

  it('gives all drawings of an emoji one group', () => {
    const groupOf = groupByPattern(new RegExp(groupPattern));
    expect(groupOf('food-and-drink/noto--red-apple.png')).toBe('red-apple');
    expect(groupOf('food-and-drink/fluent--red-apple.jpg')).toBe('red-apple');
  });
});
