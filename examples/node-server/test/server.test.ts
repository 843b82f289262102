import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import '@tensorflow/tfjs-backend-wasm';
import { writeModelFolder } from '@resnet/hub';
import { imagenetMean as mean, imagenetStd as std } from '@resnet/image';
import { createModel } from '@resnet/model';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../server.js', import.meta.url));

describe('server.js', () => {
  let folder = '';
  let server: ChildProcess;
  let url = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resnet-node-server-'));
    await tf.setBackend('wasm');
    const model = createModel('resnet20', { numClasses: 3, seed: 1 });
    await writeModelFolder(folder, {
      card: {
        architecture: 'resnet20',
        config: model.config,
        labelNames: ['cat', 'dog', 'owl'],
        pretrainedCfg: { inputSize: [3, 32, 32], mean, std, interpolation: 'bilinear', cropPct: 1 },
      },
      state: await model.stateDict(),
    });
    model.dispose();
    server = spawn(process.execPath, [script, folder, '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line: unknown[] = await once(createInterface(server.stdout!), 'line');
    url = /http:\S+$/.exec(String(line[0]))![0];
  });
  afterAll(async () => {
    if (server.exitCode === null) server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const post = (body: Uint8Array<ArrayBuffer>) => fetch(url, { method: 'POST', body });
  const image = async (side: number) =>
    new Uint8Array(
      await sharp({ create: { width: side, height: side, channels: 3, background: '#63a' } })
        .png()
        .toBuffer(),
    );

  it('answers with the probabilities of an uploaded image', async () => {
    const response = await post(await image(40));
    expect(response.status).toBe(200);
    const predictions: { label: string; probability: number }[] = JSON.parse(await response.text());
    expect(predictions.map(({ label }) => label).toSorted()).toEqual(['cat', 'dog', 'owl']);
    const sum = predictions.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 5);
  });

  it('refuses what is no image, too large or elsewhere, and goes on', async () => {
    expect((await post(new TextEncoder().encode('no image'))).status).toBe(422);
    // 64 megapixels in a file of some kilobytes.
    const bomb = await post(await image(8000));
    expect(bomb.status).toBe(422);
    expect(await bomb.text()).toContain('8000 x 8000');
    // Announced too large; and without its length, cut off on the way. The server may hang up first.
    const large = new Uint8Array(11 * 1024 * 1024);
    const status = await post(large).then(
      (response) => response.status,
      () => 413,
    );
    expect(status).toBe(413);
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(new URL('/other', url))).status).toBe(404);
    expect((await post(await image(40))).status).toBe(200);
  });

  it('ends when it is asked to', async () => {
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  });
});
