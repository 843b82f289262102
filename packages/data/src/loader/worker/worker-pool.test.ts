import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { imagenetMean, imagenetStd } from '@resnet/image';
import { expect, test } from 'vitest';

import type { BatchBuffers, SourceSpec } from './protocol.ts';
import { SharedCache } from '../shared-cache.ts';
import { WorkerPool } from './worker-pool.ts';

const spec = (inputSize: [number, number]): SourceSpec => ({
  paths: ['missing.jpg'],
  labels: new Int32Array(1),
  transform: {
    kind: 'evaluate',
    options: {
      inputSize,
      cropPct: 1,
      interpolation: 'bilinear',
      mean: imagenetMean,
      std: imagenetStd,
    },
  },
  seed: 0,
  classes: 0,
  mix: null,
  maxPixels: 1e6,
  reduceTo: undefined,
  badImages: 'drop',
  cache: SharedCache.allocate(1, 0).buffers,
});

const buffers = (): BatchBuffers => ({
  images: new SharedArrayBuffer(8 * 8 * 3 * 4),
  targets: new SharedArrayBuffer(0),
  control: new SharedArrayBuffer(5 * 4),
});

const job = { epoch: 0, position: 0, indices: Int32Array.of(0) };

test('a worker that dies ends what waits for it, with an error that says so', async () => {
  const pool = new WorkerPool(2);
  const source = pool.register(spec([-1, 8]));
  await expect(pool.make({ ...job, source, buffers: buffers() })).rejects.toMatchObject({
    code: 'WORKER_CRASHED',
    message: expect.stringMatching(/^an image worker stopped: .*inputSize/),
  });
  await expect(pool.make({ ...job, source, buffers: buffers() })).rejects.toMatchObject({
    code: 'WORKER_CRASHED',
  });
  await pool.close();
});

test('sources share a pool, and closing twice is closing once', async () => {
  const pool = new WorkerPool(1);
  const one = pool.register(spec([8, 8]));
  await expect(pool.make({ ...job, source: one, buffers: buffers() })).resolves.toEqual([
    [0, 'no such file'],
  ]);
  const two = pool.register(spec([8, 8]));
  await expect(pool.make({ ...job, source: two, buffers: buffers() })).resolves.toHaveLength(1);
  pool.unregister(one);
  await expect(pool.make({ ...job, source: one, buffers: buffers() })).rejects.toThrow(
    'the loader has been closed',
  );
  await pool.close();
  await pool.close();
  await expect(pool.make({ ...job, source: two, buffers: buffers() })).rejects.toMatchObject({
    code: 'LOADER_CLOSED',
  });
});

test('a process that forgets to close ends all the same', () => {
  const image = fileURLToPath(new URL('../../../test/fixtures/images/rgb.png', import.meta.url));
  const built = fileURLToPath(new URL('../../../dist/loader/image-loader.js', import.meta.url));
  const script = `
    import { imageLoader } from ${JSON.stringify(pathToFileURL(built).href)};
    const files = Array.from({ length: 8 }, () => ({ path: ${JSON.stringify(image)}, label: 0 }));
    const options = { inputSize: [8, 8], cropPct: 1, interpolation: 'bilinear', mean: [0, 0, 0], std: [1, 1, 1] };
    const crop = { kind: 'randomCrop', padding: 1 };
    const train = { ...options, crop, horizontalFlip: 0.5, colorJitter: null, randAugment: null, randomErasing: null };
    const loader = imageLoader({ files, batchSize: 2, transform: { kind: 'evaluate', options } });
    for await (const batch of loader.batches(0)) { console.log(batch.size); break; }
    const other = imageLoader({ files, batchSize: 2, transform: { kind: 'train', options: train } });
    for await (const batch of other.batches(0)) console.log(batch.size);
  `;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', script],
    { encoding: 'utf8', timeout: 50_000 },
  );
  expect({ stdout, stderr, status }).toEqual({ stdout: '2\n2\n2\n2\n2\n', stderr: '', status: 0 });
});
