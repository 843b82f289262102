import { describe, expect, it } from 'vitest';

import { imageFolder } from '@resnet/test-config/image-folder';
import { findDuplicates, keepTogether } from './duplicates.ts';
import { scanFolder } from './scan-folder.ts';

describe('findDuplicates', () => {
  it('finds files of the same content, not those of the same size', async () => {
    const root = await imageFolder({
      'a/1.png': 11,
      'a/2.png': 22,
      'a/3.png': 33,
      'b/1 again.png': 11,
      'b/2 again.png': 22,
      'b/link.png': '-> ../a/1.png',
      'b/other.png': 44,
    });
    const { files } = await scanFolder(root);
    const groups = await findDuplicates(root, files);
    expect(groups.map((group) => group.map((file) => file.path))).toEqual([
      ['a/1.png', 'b/1 again.png', 'b/link.png'],
      ['a/2.png', 'b/2 again.png'],
    ]);
  });

  it('compares large files as well', async () => {
    const large = 'x'.repeat(4_000_001);
    const root = await imageFolder({ a: large, b: large, c: `${large.slice(1)}y` });
    const files = ['a', 'b', 'c'].map((path) => ({ path, bytes: large.length }));
    const groups = await findDuplicates(root, files);
    expect(groups.map((group) => group.map((file) => file.path))).toEqual([['a', 'b']]);
  });
});

describe('keepTogether', () => {
  const same = (...paths: readonly string[]) => paths.map((path) => ({ path }));

  it('changes nothing where nothing is there twice', () => {
    expect(keepTogether([])).toBeUndefined();
    const groupOf = (path: string): string => path;
    expect(keepTogether([], groupOf)).toBe(groupOf);
  });

  it('joins copies, and the groups that they are in, through any chain', () => {
    const groupOf = keepTogether(
      [same('g1/a', 'g2/a'), same('g2/b', 'g3/b'), same('g5/c', 'g4/c')],
      (path) => path.split('/')[0]!,
    )!;
    expect(['g1/x', 'g2/x', 'g3/x'].map(groupOf)).toEqual(['g1', 'g1', 'g1']);
    expect(['g4/x', 'g5/x', 'g6/x'].map(groupOf)).toEqual(['g4', 'g4', 'g6']);
  });
});
