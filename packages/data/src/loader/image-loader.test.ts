import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  defaultTrainTransform,
  evalTransform,
  imagenetMean,
  imagenetStd,
  mixBatch,
  oneHot,
  trainTransform,
} from '@resnet/image';
import { Random } from '@resnet/random';
import type { Batch, DataSource } from '@resnet/trainer';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { decodeFile } from '../decode/decode.ts';
import { epochOrder, imageLoader, type ImageFile } from './image-loader.ts';
import { decodeFiles, loadImages, type LoadedImage } from './load-images.ts';
import type { Transform } from './worker/protocol.ts';
import { WorkerPool } from './worker/worker-pool.ts';

const train: Transform = {
  kind: 'train',
  options: { ...defaultTrainTransform, inputSize: [16, 20] },
};
const evaluate: Transform = {
  kind: 'evaluate',
  options: {
    inputSize: [16, 16],
    cropPct: 0.875,
    interpolation: 'bilinear',
    mean: imagenetMean,
    std: imagenetStd,
  },
};

let folder: string;
let files: ImageFile[];
const bad = new Set([4, 9]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'résnet loader '));
  files = [];
  for (let i = 0; i < 13; i++) {
    const path = join(folder, `${i} ${i % 2 === 0 ? 'é' : 'b'}.jpg`);
    const noise = { type: 'gaussian', mean: 60 + 10 * i, sigma: 30 } as const;
    const image = await sharp({
      create: { width: 40 + i, height: 30, channels: 3, background: '#000', noise },
    })
      .jpeg()
      .toBuffer();
    await writeFile(path, bad.has(i) ? image.subarray(0, 300) : image);
    files.push({ path, label: i % 3 });
  }
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const goodFiles = (): ImageFile[] => files.filter((_, i) => !bad.has(i));

async function collect(data: DataSource, epoch: number, start?: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of data.batches(epoch, start)) batches.push(batch);
  return batches;
}

describe('training batches', () => {
  const options = { batchSize: 4, transform: train, seed: 5 };

  test('are what the generators of seed, epoch and index say', async () => {
    const loader = imageLoader({ ...options, files: goodFiles(), workers: 1 });
    const batches = await collect(loader, 3);
    await loader.close();
    expect([loader.size, loader.batchesPerEpoch, loader.imageShape]).toEqual([11, 3, [16, 20, 3]]);
    expect(batches.map((batch) => batch.size)).toEqual([4, 4, 3]);

    const order = epochOrder(11, 5, 3);
    expect([...order].toSorted((a, b) => a - b)).toEqual([...Array(11).keys()]);
    if (train.kind !== 'train') return;
    const transform = trainTransform(train.options);
    for (const [at, index] of order.entries()) {
      const file = goodFiles()[index]!;
      const random = new Random(5).fork(3).fork(index);
      const expected = transform(await decodeFile(file.path), random);
      const batch = batches[Math.floor(at / 4)]!;
      const place = at % 4;
      expect(batch.labels[place]).toBe(file.label);
      expect(batch.images.slice(place * 960, (place + 1) * 960)).toEqual(expected);
    }
  });

  test('are the same with one worker or three, cached or not, from the start or later', async () => {
    const one = imageLoader({ ...options, files, workers: 1, cacheBytes: 0, prefetch: 1 });
    const three = imageLoader({ ...options, files, workers: 3, prefetch: 3 });
    const first = await collect(one, 0);
    expect(await collect(three, 0)).toEqual(first);
    expect(three.cachedBytes).toBeGreaterThan(10_000);
    expect(await collect(three, 0)).toEqual(first);
    const second = await collect(one, 1);
    expect(await collect(three, 1)).toEqual(second);
    expect(second).not.toEqual(first);
    expect(await collect(three, 1, 2)).toEqual(second.slice(2));
    expect(await collect(three, 1, 4)).toEqual([]);
    await Promise.all([one.close(), three.close()]);
    expect(one.cachedBytes).toBe(0);
  });

  test('have other images in place of bad ones, which are reported once', async () => {
    const reported: [string, string][] = [];
    const loader = imageLoader({
      ...options,
      files,
      workers: 2,
      onBadImage: (path, reason) => reported.push([path, reason]),
    });
    for (let epoch = 0; epoch < 2; epoch++) {
      const batches = await collect(loader, epoch);
      expect(batches.map((batch) => batch.size)).toEqual([4, 4, 4, 1]);
      for (const { images, size } of batches) {
        for (let i = 0; i < size; i++)
          expect(images.subarray(i * 960).some((v) => v !== 0)).toBe(true);
      }
    }
    await loader.close();
    expect(reported.map(([path]) => path).toSorted()).toEqual(
      [...bad].map((i) => files[i]!.path).toSorted(),
    );
    expect(reported[0]![1]).toMatch(/the JPEG data is cut off or damaged/);
    expect(loader.badImages).toHaveLength(2);
  });

  test('may be mixed, with soft targets', async () => {
    const mix = { mixupAlpha: 0.4, cutmixAlpha: 1 };
    const plain = imageLoader({ ...options, files: goodFiles(), workers: 1 });
    const mixed = imageLoader({ ...options, files: goodFiles(), workers: 2, mix, classes: 3 });
    const [before, after] = [await collect(plain, 2), await collect(mixed, 2)];
    await Promise.all([plain.close(), mixed.close()]);
    for (const [position, { images, labels, size }] of before.entries()) {
      const targets = oneHot(labels, 3);
      const random = new Random(5).fork('mix').fork(2).fork(position);
      mixBatch({ images, targets, size, height: 16, width: 20 }, mix, random);
      expect(after[position]).toEqual({ images, labels, size, targets });
    }
  });

  test('may come from images shrunk while decoding, the same cached or not', async () => {
    const path = join(folder, 'large.png');
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#456' } })
      .png()
      .toFile(path);
    const one = { ...options, files: [{ path, label: 0 }], workers: 1 };
    const reduced = imageLoader(one);
    const exact = imageLoader({ ...one, reduceLarge: false });
    await collect(exact, 0);
    const first = await collect(reduced, 0);
    expect(await collect(reduced, 0)).toEqual(first);
    // 20 / sqrt(0.08 * 3 / 4) = 82 fits into 300 / 2.
    expect([exact.cachedBytes, reduced.cachedBytes]).toEqual([360_000, 90_048]);
    await Promise.all([exact.close(), reduced.close()]);
  });

  test('a last batch that is not full may be dropped', async () => {
    const loader = imageLoader({ ...options, files, workers: 1, dropLast: true });
    expect([loader.size, loader.batchesPerEpoch]).toEqual([12, 3]);
    expect((await collect(loader, 0)).map((batch) => batch.size)).toEqual([4, 4, 4]);
    await loader.close();
  });

  test('end with an error where nothing can be read', async () => {
    const none = files.filter((_, i) => bad.has(i));
    const loader = imageLoader({ ...options, files: none, workers: 2 });
    await expect(collect(loader, 0)).rejects.toMatchObject({
      code: 'LOADING_FAILED',
      message: 'loading images: 21 images in a row cannot be read',
    });
    await loader.close();
  });
});

describe('evaluation batches', () => {
  test('are in order, without the bad images', async () => {
    const loader = imageLoader({ files, batchSize: 3, transform: evaluate, workers: 2 });
    const batches = await collect(loader, 0);
    await loader.close();
    expect(batches.map((batch) => batch.size)).toEqual([3, 2, 3, 2, 1]);
    expect(batches.flatMap((batch) => [...batch.labels])).toEqual(
      goodFiles().map((file) => file.label),
    );
    if (evaluate.kind !== 'evaluate') return;
    const transform = evalTransform(evaluate.options);
    const expected = transform(await decodeFile(files[5]!.path));
    expect(batches[1]!.images.slice(768, 1536)).toEqual(expected);
  });

  test('a batch of bad images only is left out', async () => {
    const loader = imageLoader({ files, batchSize: 1, transform: evaluate, workers: 2 });
    expect(await collect(loader, 0)).toHaveLength(11);
    await loader.close();
  });
});

describe('stopping', () => {
  const options = { batchSize: 2, transform: train };

  test('an aborted signal ends the batches with its reason', async () => {
    const controller = new AbortController();
    const loader = imageLoader({ ...options, files, workers: 1, signal: controller.signal });
    const batches = loader.batches(0)[Symbol.asyncIterator]();
    expect((await batches.next()).done).toBe(false);
    controller.abort(new Error('enough'));
    await expect(batches.next()).rejects.toThrow('enough');
    await loader.close();
  });

  test('leaving a loop early, and closing early, leave nothing behind', async () => {
    const pool = new WorkerPool(2);
    const loader = imageLoader({ ...options, files, pool });
    for await (const batch of loader.batches(0)) {
      expect(batch.size).toBe(2);
      break;
    }
    expect(await collect(loader, 0)).toHaveLength(7);
    const waiting = loader.batches(1)[Symbol.asyncIterator]().next();
    waiting.catch(() => undefined);
    await pool.close();
    await expect(waiting).rejects.toMatchObject({ code: 'LOADER_CLOSED' });
    await expect(collect(loader, 0)).rejects.toMatchObject({ code: 'LOADER_CLOSED' });
    await loader.close();
  });

  test.each([
    [{ files: [] }, 'at least one file'],
    [{ batchSize: 0 }, 'batchSize is a positive integer'],
    [{ workers: 0 }, 'image workers: a positive integer'],
    [{ mix: { mixupAlpha: 1 } }, 'needs the number of classes'],
  ])('refuses %j', (change, message) => {
    expect(() => imageLoader({ ...options, files, ...change })).toThrow(message);
  });
});

describe('prediction', () => {
  test('images and reasons come in order', async () => {
    if (evaluate.kind !== 'evaluate') return;
    const paths = [...files.map((file) => file.path), join(folder, 'missing.png')];
    const results: LoadedImage[] = [];
    for await (const one of loadImages(paths, evaluate.options, { workers: 2 })) {
      results.push(one);
    }
    expect(results.map((one) => one.path)).toEqual(paths);
    const transform = evalTransform(evaluate.options);
    const damaged: unknown = expect.stringMatching('the JPEG data');
    const expected = await Promise.all(
      paths.map(async (path, index) =>
        bad.has(index) || index === 13
          ? { index, path, reason: index === 13 ? 'no such file' : damaged }
          : { index, path, image: transform(await decodeFile(path)) },
      ),
    );
    expect(results).toEqual(expected);
  });

  test('decodeFiles gives rasters', async () => {
    const paths = files.map((file) => file.path);
    const sizes: (number | string)[] = [];
    for await (const one of decodeFiles(paths)) {
      sizes.push('raster' in one ? one.raster.width : one.reason.slice(0, 8));
    }
    expect(sizes).toEqual(paths.map((_, i) => (bad.has(i) ? 'the JPEG' : 40 + i)));
  });
});
