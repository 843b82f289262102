import { ResNet, modelConfig } from '@resnet/model';
import { describeBackends } from '@resnet/test-config/backends';
import { memoryData } from '@resnet/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { epochsWithin, fitEpochs } from './fit-epochs.ts';
import { newSettings } from './settings.ts';

it('keeps within the minutes, and trains at least once', () => {
  expect(epochsWithin(10, 60)).toBe(9);
  expect(epochsWithin(1, 0.5)).toBe(114);
  expect(epochsWithin(0.1, 3600)).toBe(1);
  expect(epochsWithin(-0.1, 3600)).toBe(1);
  // No picture could be read: there was nothing to time.
  expect(epochsWithin(10, Infinity)).toBe(1);
});

describeBackends(['wasm'], () => {
  /** Times steps on two batches an epoch, fewer than it takes; tells how many batches it took. */
  async function timed(minutes: number) {
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
          batches++;
          yield batch;
        }
      },
    };
    const began = performance.now();
    const estimate = await fitEpochs({
      minutes,
      settings: newSettings('pictures', { batch: 4 }),
      model,
      classes: ['a', 'b'],
      trainData,
      valData: undefined,
      signal: new AbortController().signal,
    });
    const spent = (performance.now() - began) / 60_000;
    const leaked = tf.memory().numTensors - before;
    model.dispose();
    return { ...estimate, spent, leaked, batches };
  }

  it('times steps on as many batches as it needs, and counts its own time', async () => {
    const { epochs, secondsPerEpoch, spent, leaked, batches } = await timed(5);
    expect(batches).toBe(20);
    expect(secondsPerEpoch).toBeGreaterThan(0);
    expect(epochs).toBeGreaterThanOrEqual(epochsWithin(5 - spent, secondsPerEpoch));
    expect(epochs).toBeLessThanOrEqual(epochsWithin(5, secondsPerEpoch));
    expect(leaked).toBe(0);
  });

  it('times fewer steps where they would take too much of the minutes', async () => {
    const { epochs, leaked, batches } = await timed(1e-4);
    // One more may have been loaded ahead of the step that was the last.
    expect(batches).toBeLessThanOrEqual(5);
    expect(epochs).toBe(1);
    expect(leaked).toBe(0);
  });
});
