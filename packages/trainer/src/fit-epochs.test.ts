import { ResNet, modelConfig } from '@resnet/model';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { memoryData } from './data.ts';
import { epochsWithin, fitEpochs } from './fit-epochs.ts';
import { adamw } from './optimizer/adamw.ts';
import { constant } from './schedule.ts';

it('keeps within the minutes, and trains at least once', () => {
  expect(epochsWithin(10, 60, 60)).toBe(9);
  expect(epochsWithin(1, 0.5, 0.5)).toBe(114);
  expect(epochsWithin(0.1, 3600, 3600)).toBe(1);
  expect(epochsWithin(-0.1, 3600, 3600)).toBe(1);
  // A first epoch of 90 s leaves 480 of 570 s.
  expect(epochsWithin(10, 60, 90)).toBe(9);
  expect(epochsWithin(10, 60, 91)).toBe(8);
  // No image could be read: there was nothing to time.
  expect(epochsWithin(10, Infinity, Infinity)).toBe(1);
});

describeBackends(['wasm'], () => {
  /** Times steps on two batches an epoch, fewer than it takes; returns how many batches it took. */
  async function timed(minutes: number, cachedFraction?: number) {
    const model = ResNet.init(modelConfig('resnet20', { numClasses: 2 }), { seed: 0 });
    const before = tf.memory().numTensors;
    const data = memoryData({
      images: new Float32Array(8 * 8 * 8 * 3).fill(0.5),
      labels: [0, 1, 0, 1, 0, 1, 0, 1],
      imageShape: [8, 8, 3],
      batchSize: 4,
    });
    let batches = 0;
    const trainData = {
      ...data,
      async *batches(epoch: number) {
        for await (const batch of data.batches(epoch)) {
          // As if the images of the first twenty were being decoded.
          if (batches++ < 20) await new Promise((resolve) => setTimeout(resolve, 100));
          yield batch;
        }
      },
      ...(cachedFraction !== undefined && { cachedFraction }),
    };
    const began = performance.now();
    const estimate = await fitEpochs({
      minutes,
      optimizer: adamw({ weightDecay: 0.05 }),
      schedule: constant(1e-3),
      model,
      classes: ['a', 'b'],
      trainData,
    });
    const spent = (performance.now() - began) / 60_000;
    const leaked = tf.memory().numTensors - before;
    model.dispose();
    return { ...estimate, spent, leaked, batches };
  }

  it('times steps on as many batches as it needs, and counts its own time', async () => {
    const { epochs, secondsPerEpoch, secondsOfFirst, spent, leaked, batches } = await timed(5);
    // Twenty that are decoded, and the same again.
    expect(batches).toBe(40);
    expect(secondsPerEpoch).toBeGreaterThan(0);
    expect(secondsOfFirst).toBe(secondsPerEpoch);
    expect(epochs).toBeGreaterThanOrEqual(epochsWithin(5 - spent, secondsPerEpoch, secondsOfFirst));
    expect(epochs).toBeLessThanOrEqual(epochsWithin(5, secondsPerEpoch, secondsOfFirst));
    expect(leaked).toBe(0);
  });

  it('expects later epochs to be faster by what is kept of the images', async () => {
    const all = await timed(5, 1);
    expect(all.secondsOfFirst).toBeGreaterThan(2 * 0.1);
    expect(all.secondsPerEpoch).toBeLessThan(all.secondsOfFirst / 2);
    expect(all.epochs).toBeGreaterThan(epochsWithin(5, all.secondsOfFirst, all.secondsOfFirst));
    const half = await timed(5, 0.5);
    expect(half.secondsPerEpoch).toBeGreaterThan(half.secondsOfFirst / 2);
    expect(half.secondsPerEpoch).toBeLessThan(0.9 * half.secondsOfFirst);
  });

  it('times fewer steps where they would take too much of the minutes', async () => {
    const { epochs, leaked, batches } = await timed(1e-4);
    // One more may have been loaded ahead of the step that was the last.
    expect(batches).toBeLessThanOrEqual(5);
    expect(epochs).toBe(1);
    expect(leaked).toBe(0);
  });
});
