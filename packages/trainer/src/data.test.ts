import { describe, expect, it } from 'vitest';

import { type Batch, memoryData, type MemoryDataOptions } from './data.ts';

const options: MemoryDataOptions = {
  images: Float32Array.from({ length: 10 }, (_, i) => i),
  labels: [0, 1, 2, 3, 4],
  imageShape: [1, 2, 1],
  batchSize: 2,
};

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const result: Batch[] = [];
  for await (const batch of batches) result.push(batch);
  return result;
}

describe('memoryData', () => {
  it('gives the images in order, the last batch short', async () => {
    const data = memoryData(options);
    expect(data).toMatchObject({ size: 5, batchesPerEpoch: 3, imageShape: [1, 2, 1] });
    const batches = await all(data.batches(0));
    expect(batches.map(({ labels }) => [...labels])).toEqual([[0, 1], [2, 3], [4]]);
    expect([...batches[1]!.images]).toEqual([4, 5, 6, 7]);
    expect(batches[2]!.size).toBe(1);
  });

  it('leaves out the last batch where asked to', async () => {
    const data = memoryData({ ...options, dropLast: true });
    expect(data).toMatchObject({ size: 4, batchesPerEpoch: 2 });
    expect((await all(data.batches(0))).map(({ size }) => size)).toEqual([2, 2]);
  });

  it('shuffles anew each epoch, and the same way for the same epoch', async () => {
    const data = memoryData({ ...options, batchSize: 1, shuffleSeed: 3 });
    const order = async (epoch: number, start?: number): Promise<number[]> =>
      (await all(data.batches(epoch, start))).map(({ labels }) => labels[0]!);
    const first = await order(0);
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(await order(0)).toEqual(first);
    expect(await order(0, 2)).toEqual(first.slice(2));
    const others = await Promise.all([1, 2, 3].map((epoch) => order(epoch)));
    expect(others).not.toContainEqual(first);
  });

  it('refuses images and labels that do not match', () => {
    expect(() => memoryData({ ...options, labels: [0, 1] })).toThrow(
      '2 labels and images of [1, 2, 1] need 4 values, received 10',
    );
    expect(() => memoryData({ ...options, batchSize: 0 })).toThrow(/positive integer, received 0/);
  });
});
