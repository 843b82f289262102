import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { augmentations, type EvalTransform, imagenetMean, imagenetStd } from '@resnet/image';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { trainingData, type TrainingDataOptions } from './training-data.ts';

const transform: EvalTransform = {
  inputSize: [16, 16],
  cropPct: 1,
  interpolation: 'bilinear',
  mean: imagenetMean,
  std: imagenetStd,
};
const classes = ['stripes', 'bars'];

let folder: string;
let examples: { path: string; label: number }[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'resnet training data '));
  examples = await Promise.all(
    Array.from({ length: 7 }, async (_, i) => {
      const path = join(folder, `${i}.png`);
      const noise = { type: 'gaussian', mean: 20 * i, sigma: 30 } as const;
      const create = { width: 20 + i, height: 24, channels: 3, background: '#000', noise } as const;
      await sharp({ create }).toFile(path);
      return { path, label: i % 2 };
    }),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** The pixels and labels of an epoch's batches, in training and in validation. */
async function epochOf(options: Partial<TrainingDataOptions> = {}) {
  const dataset = { train: examples.slice(0, 5), val: examples.slice(5), classes };
  const data = trainingData(dataset, { transform, batchSize: 2, ...options });
  try {
    const train = await collect(data.trainData.batches(0));
    const val = await collect(data.valData!.batches(0));
    return { train, val };
  } finally {
    await data.close();
  }
}

test('the same batches, however many threads make them', async () => {
  const one = await epochOf({ workers: 1 });
  expect(await epochOf({ workers: 3 })).toEqual(one);
  expect(await epochOf({ workers: 1, seed: 1 })).not.toEqual(one);
});

test('training leaves out a last batch that is not full, validation has every image', async () => {
  const { train, val } = await epochOf({ batchSize: 3 });
  expect(train.map(({ size }) => size)).toEqual([3]);
  expect(val.map(({ size }) => size)).toEqual([2]);
  expect((await epochOf({ batchSize: 100 })).train.map(({ size }) => size)).toEqual([5]);
});

test('validation draws nothing; without augmentation, nor does training but for the order', async () => {
  const { train, val } = await epochOf({ augmentation: augmentations.none, batchSize: 1 });
  const data = trainingData(
    { train: examples, val: examples, classes },
    { transform, batchSize: 1 },
  );
  try {
    const plain = await collect(data.valData!.batches(0));
    expect(plain.slice(5)).toEqual(val);
    for (const batch of train) expect(plain.slice(0, 5)).toContainEqual(batch);
  } finally {
    await data.close();
  }
});

test('mixing makes soft targets in training alone', async () => {
  const { train, val } = await epochOf({ mix: { mixupAlpha: 1 } });
  expect(train[0]!.targets).toHaveLength(2 * classes.length);
  expect(val[0]!.targets).toBeUndefined();
});

test('bad images of both subsets are listed; no images to validate on, no loader', async () => {
  const bad = join(folder, 'bad.png');
  await writeFile(bad, 'no image');
  const label = 0;
  const withBad = [...examples, { path: bad, label }];
  const data = trainingData(
    { train: withBad, val: [{ path: bad, label }], classes },
    { transform, batchSize: 8 },
  );
  try {
    const [batch] = await collect(data.trainData.batches(0));
    expect(batch!.size).toBe(8);
    expect(await collect(data.valData!.batches(0))).toEqual([]);
    expect(data.skipped.map(({ path }) => path)).toEqual([bad, bad]);
  } finally {
    await data.close();
  }
  const trainOnly = trainingData(
    { train: examples, val: [], classes },
    { transform, batchSize: 8 },
  );
  expect(trainOnly.valData).toBeUndefined();
  await trainOnly.close();
});
