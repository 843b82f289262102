import { describe, expect, test } from 'vitest';

import { type FoundFile, sortFiles } from './sort-files.ts';

function files(...paths: readonly string[]): FoundFile[] {
  return paths.map((path) => ({ path, file: new File([path], path.split('/').at(-1) ?? '') }));
}

const paths = (found: readonly FoundFile[]): string[] => found.map(({ path }) => path);

describe('sortFiles', () => {
  test('pictures by name or type; the rest is told', () => {
    const photo = { path: 'IMG_1', file: new File([''], 'IMG_1', { type: 'image/jpeg' }) };
    const { pictures, others, model, lonely } = sortFiles([
      ...files('a.JPG', 'b/c.webp', 'notes.txt', '.DS_Store', 'b/.hidden/x.png'),
      photo,
    ]);
    expect(paths(pictures)).toEqual(['a.JPG', 'b/c.webp', 'IMG_1']);
    expect(paths(others)).toEqual(['notes.txt']);
    expect(model).toBeUndefined();
    expect(lonely).toBeUndefined();
  });

  test('a run folder: its own model, not that of the checkpoint, and none of its drawings', () => {
    const { model, pictures, others } = sortFiles(
      files(
        'flowers/checkpoint/model.safetensors',
        'flowers/checkpoint/config.json',
        'flowers/config.json',
        'flowers/curves.svg',
        'flowers/history.csv',
        'flowers/model.safetensors',
      ),
    );
    expect(model?.name).toBe('flowers');
    expect(model?.config).toHaveProperty('name', 'config.json');
    expect(pictures).toEqual([]);
    expect(others).toEqual([]);
  });

  test('a folder of runs gives the first by name', () => {
    const { model } = sortFiles(
      files(
        'runs/b/model.safetensors',
        'runs/b/config.json',
        'runs/a/config.json',
        'runs/a/model.safetensors',
      ),
    );
    expect(model?.name).toBe('a');
  });

  test('two loose files, with pictures beside them', () => {
    const { model, pictures } = sortFiles(files('config.json', 'tulips.safetensors', 'rose.png'));
    expect(model?.name).toBe('tulips');
    expect(paths(pictures)).toEqual(['rose.png']);
  });

  test('of several weights in a folder those with the standard name', async () => {
    const { model } = sortFiles(
      files('m/config.json', 'm/best.safetensors', 'm/model.safetensors'),
    );
    expect(model?.weights.name).toBe('model.safetensors');
    const turned = sortFiles(files('m/config.json', 'm/model.safetensors', 'm/zzz.safetensors'));
    expect(turned.model?.weights.name).toBe('model.safetensors');
  });

  test.each([
    ['config.json', 'config'],
    ['model.safetensors', 'weights'],
  ])('%s alone is half a model', (path, half) => {
    expect(sortFiles(files(path))).toMatchObject({ lonely: half, pictures: [], others: [] });
  });
});
