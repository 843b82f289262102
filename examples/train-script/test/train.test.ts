import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../train.js', import.meta.url));
const run = promisify(execFile);

describe('train.js', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resnet-train-script-'));
    for (const [label, background] of Object.entries({ rose: '#c22', violet: '#52c' })) {
      await mkdir(join(folder, 'flowers', label), { recursive: true });
      for (let i = 0; i < 20; i++) {
        const create = { width: 32 + i, height: 32, channels: 3, background } as const;
        await sharp({ create }).toFile(join(folder, 'flowers', label, `${i}.png`));
      }
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes fewer than 25 lines, without imports, comments and blank lines', async () => {
    const lines = (await readFile(script, 'utf8')).split('\n');
    const counted = lines.filter((line) => line.trim() !== '' && !/^(?:import|\/\/)/.test(line));
    expect(counted.length).toBeLessThan(25);
  });

  it('trains a net, writes it and predicts; then goes on from its weights', async () => {
    const images = join(folder, 'flowers');
    const first = join(folder, 'first');
    const fresh = await run(process.execPath, [script, images, first]);
    expect(fresh.stdout).toMatch(/epoch 12: 100 % right\n/);
    expect(fresh.stdout).toMatch(/(rose|violet)\/\d+\.png \[ \{ label: '\1', .*\} \]\n$/);

    const tuned = await run(process.execPath, [script, images, join(folder, 'second'), first]);
    expect(tuned.stdout).toMatch(/^epoch 1: 100 % right\n/);
  }, 300_000);

  it('has a shorter form in the README of @resnet/data, in under 25 lines', async () => {
    const readme = await readFile(
      new URL('../../../packages/data/README.md', import.meta.url),
      'utf8',
    );
    const program = /## A whole training[\s\S]*?```js\n([\s\S]*?)```/.exec(readme)![1]!;
    expect(program.trim().split('\n').length).toBeLessThan(25);

    const cwd = join(folder, 'program');
    await mkdir(cwd);
    const image = join(folder, 'flowers', 'rose', '0.png');
    const quick = program
      .replace("openDataset('flowers'", `openDataset('${join(folder, 'flowers')}'`)
      .replace('garden.jpg', image)
      .replace("createModelCard('resnet18'", "createModelCard('resnet20'")
      .replace('imageSize: 64', 'imageSize: 32')
      .replace('epochs: 10', 'epochs: 2')
      .replaceAll("('model'", `('${join(cwd, 'model')}'`);
    // Beside the script, so that imports resolve as they do there.
    const file = fileURLToPath(new URL(`../.readme-program-${process.pid}.mjs`, import.meta.url));
    await writeFile(file, quick);
    try {
      const { stdout } = await run(process.execPath, [file]);
      expect(stdout).toMatch(/epoch 2: top-1 [\d.]+\n/);
      expect(stdout).toContain("label: 'rose'");
      expect(await readdir(join(cwd, 'model'))).toEqual(['config.json', 'model.safetensors']);
    } finally {
      await rm(file, { force: true });
    }
  }, 300_000);
});
