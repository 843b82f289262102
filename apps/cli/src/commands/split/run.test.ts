import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { parseManifest } from '@resnet/split';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';

import { capturedIo } from '../../../test/captured-io.ts';
import { addFiles, classes, listTree, imageFolder } from '@resnet/test-config/image-folder';
import { registerCommands } from '../register-commands.ts';
import { openDataset } from '@resnet/data';

async function resnetSplit(cwd: string, ...args: readonly string[]) {
  const io = capturedIo({ cwd });
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: (text) => io.note(text) });
  registerCommands(program, io);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  await program.parseAsync(['split', ...args], { from: 'user' });
  return { out: io.stdout(), notes: io.notes() };
}

async function readSplit(cwd: string, name = 'split.json') {
  return parseManifest(await readFile(join(cwd, name), 'utf8'));
}

const pets = () => classes({ 'pets/my cats': 20, 'pets/dogs 🐕': 10 });

describe('resnet split', () => {
  it('writes a manifest, prints a table and touches nothing', async () => {
    const cwd = await imageFolder(pets());
    const before = await listTree(join(cwd, 'pets'));
    const { out, notes } = await resnetSplit(cwd, 'pets', '--test', '0.1');
    expect(await listTree(join(cwd, 'pets'))).toEqual(before);
    expect(out).toMatch(/^class +train +val +test\n/);
    expect(out).toMatch(/^my cats +14 +4 +2$/m);
    expect(out).toMatch(/^dogs 🐕 +7 +2 +1$/m);
    expect(out).toMatch(/^total +21 +6 +3$/m);
    expect(notes).toBe('Wrote split.json.\nNext: resnet train split.json\n');
    const { root, options, files } = await readSplit(cwd);
    expect([root, options]).toEqual(['pets', { seed: 0, val: 0.2, test: 0.1 }]);
    expect([files.train.length, files.val.length, files.test.length]).toEqual([21, 6, 3]);
  });

  it('is what train would do with the folder itself', async () => {
    const cwd = await imageFolder(pets());
    await resnetSplit(cwd, 'pets', '--seed', '3', '--val', '20%', '--group-by', '/(.)');
    const groups = { seed: 3, val: 0.2, groupBy: /\/(.)/u };
    const plain = await openDataset(join(cwd, 'pets'), groups);
    const manifest = await openDataset(join(cwd, 'split.json'), { seed: 0, val: 0.2 });
    expect(manifest.val).toEqual(plain.val);
    expect(manifest.train).toEqual(plain.train);
    expect((await readSplit(cwd)).options.groupBy).toBe(String.raw`\/(.)`);
  });

  it('keeps another split unless forced, and other files always', async () => {
    const cwd = await imageFolder(pets());
    await resnetSplit(cwd, 'pets');
    await resnetSplit(cwd, 'pets');
    const first = await readSplit(cwd);
    await expect(resnetSplit(cwd, 'pets', '--seed', '1')).rejects.toThrow('with another split');
    expect(await readSplit(cwd)).toEqual(first);
    await resnetSplit(cwd, 'pets', '--seed', '1', '--force');
    expect(await readSplit(cwd)).not.toEqual(first);

    await writeFile(join(cwd, 'notes.json'), '{"mine": true}');
    const over = resnetSplit(cwd, 'pets', '--out', 'notes.json', '--force');
    await expect(over).rejects.toThrow('is no split manifest');
    await expect(resnetSplit(cwd, 'pets', '--out', 'no/such/x.json')).rejects.toThrow('no folder');
    await expect(resnetSplit(cwd, 'pets', '--out', 'pets')).rejects.toThrow('is a folder');
    expect(await readFile(join(cwd, 'notes.json'), 'utf8')).toBe('{"mine": true}');
  });

  it('writes a manifest a fold', async () => {
    const cwd = await imageFolder(pets());
    const { out, notes } = await resnetSplit(cwd, 'pets', '--folds', '3', '--out', 'cv.json');
    expect(out).toMatch(/^class +fold 1 +fold 2 +fold 3\n/);
    expect(notes).toContain('Wrote cv.fold1.json and 2 more folds.');
    const vals = new Set<string>();
    for (const k of [1, 2, 3]) {
      const { options, files } = await readSplit(cwd, `cv.fold${k}.json`);
      expect(options.fold).toEqual({ index: k, of: 3 });
      for (const { path } of files.val) vals.add(path);
    }
    expect(vals.size).toBe(30);
  });

  it('makes folders that train takes', async () => {
    const cwd = await imageFolder(pets());
    const { notes } = await resnetSplit(cwd, 'pets', '--into', 'my set', '--mode', 'symlink');
    expect(notes).toBe("Made my set (symlink).\nNext: resnet train 'my set'\n");
    const dataset = await openDataset(join(cwd, 'my set'), { seed: 0, val: 0.2 });
    expect([dataset.train.length, dataset.val.length]).toEqual([24, 6]);
    expect((await listTree(cwd)).filter((path) => path.endsWith('.json'))).toEqual([
      'my set/.resnet-split.json',
    ]);
    await expect(resnetSplit(cwd, 'my set')).rejects.toThrow('is split already');
  });

  it('makes folders of folds', async () => {
    const cwd = await imageFolder(pets());
    await resnetSplit(cwd, 'pets', '--folds', '2', '--test', '3', '--into', 'cv');
    const fold = await openDataset(join(cwd, 'cv/fold2'), { seed: 0, val: 0.2 });
    expect(fold.train.length + fold.val.length).toBe(27);
    expect(fold.test.length).toBe(3);
  });

  it('finds what speaks against the manifest before it makes folders', async () => {
    const cwd = await imageFolder({ ...pets(), 'x.json': 'mine' });
    const both = resnetSplit(cwd, 'pets', '--into', 'set', '--out', 'x.json');
    await expect(both).rejects.toThrow('is no split manifest');
    expect((await listTree(cwd)).filter((path) => path.startsWith('set'))).toEqual([]);
  });

  it('warns of copies, of what is no image and cannot be read', async () => {
    const cwd = await imageFolder(pets());
    await addFiles(join(cwd, 'pets'), {
      'my cats/same.png': 5,
      'dogs 🐕/same too.png': 5,
      'my cats/a.png': 6,
      'my cats/b.png': 6,
      'my cats/text.jpg': 'text',
      'my cats/broken.png': '-> nowhere',
      'loose.png': 7,
    });
    const { notes } = await resnetSplit(cwd, 'pets');
    expect(notes).toContain('warning: 1 image is in several classes');
    expect(notes).toContain('dogs 🐕/same too.png = my cats/same.png');
    expect(notes).toContain(
      'warning: 1 image is there more than once: my cats/a.png = my cats/b.png',
    );
    expect(notes).toMatch(/1 file in .* is no image, by content: my cats\/text.jpg/);
    expect(notes).toMatch(/cannot be read, as my cats\/broken.png \(a link to nothing\)/);
    expect(notes).toMatch(/lies outside the class folders: loose.png/);
  });

  it('prints JSON', async () => {
    const cwd = await imageFolder(pets());
    const { out, notes } = await resnetSplit(cwd, 'pets', '--json');
    expect(notes).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      root: join(cwd, 'pets'),
      classes: ['dogs 🐕', 'my cats'],
      splits: [{ train: { 'my cats': 16 }, val: { 'my cats': 4, 'dogs 🐕': 2 } }],
      duplicates: [],
      manifests: [join(cwd, 'split.json')],
      into: null,
    });
  });

  it('warns of images that the pattern misses, and refuses when it misses all', async () => {
    const cwd = await imageFolder(pets());
    const { notes } = await resnetSplit(cwd, 'pets', '--group-by', String.raw`s/(\d)\.`);
    expect(notes).toMatch(/20 images of 30 are not matched by --group-by, as dogs 🐕/);
    await expect(resnetSplit(cwd, 'pets', '--group-by', 'owner')).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      hint: 'It is matched against paths like dogs 🐕/0.png',
    });
  });

  it('suggests a folder of nearly that name', async () => {
    const cwd = await imageFolder(pets());
    await expect(resnetSplit(cwd, 'pet')).rejects.toMatchObject({ hint: 'Did you mean pets?' });
  });

  it.each([
    [['nowhere'], /There is no folder .*nowhere/],
    [['pets', '--val', '1'], /1 image is too few for 2 classes/],
    [['pets', '--val', '0'], /fraction/],
    [['pets', '--val', '0.5', '--test', '0.5'], /leave nothing to train on/],
    [['pets', '--folds', '11'], /'dogs 🐕' \(10\)/],
    [['pets', '--folds', '3', '--val', '0.2'], /cannot be used with/],
    [['pets', '--mode', 'move'], /Allowed choices are copy, hardlink, symlink/],
    [['pets', '--mode', 'copy'], /--into, which is missing/],
    [['pets', '--group-by', '('], /regular expression/i],
    [['pets', '--group-by', '^'], /cannot be split in 2: its 10 images are in 1 group/],
    [['pets', '--into', 'pets/parts'], /lies inside the folder/],
    [['pets/my cats'], /no class folders, only 20 files/],
  ])('refuses %j', async (args, message) => {
    const cwd = await imageFolder(pets());
    const before = await listTree(cwd);
    await expect(resnetSplit(cwd, ...args)).rejects.toThrow(message);
    expect(await listTree(cwd)).toEqual(before);
  });
});
