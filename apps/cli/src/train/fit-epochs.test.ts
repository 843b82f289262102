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
});

describeBackends(['wasm'], () => {
  it('times steps on as many batches as it needs, and leaves no tensors', async () => {
    const model = ResNet.init(modelConfig('resnet20', { numClasses: 2 }), { seed: 0 });
    const before = tf.memory().numTensors;
    // Two batches an epoch are fewer than it times.
    const trainData = memoryData({
      images: new Float32Array(8 * 8 * 8 * 3).fill(0.5),
      labels: [0, 1, 0, 1, 0, 1, 0, 1],
      imageShape: [8, 8, 3],
      batchSize: 4,
    });
    const { epochs, secondsPerEpoch } = await fitEpochs({
      minutes: 1,
      settings: newSettings('pictures', { batch: 4 }),
      model,
      classes: ['a', 'b'],
      trainData,
      valData: undefined,
      signal: new AbortController().signal,
    });
    expect(secondsPerEpoch).toBeGreaterThan(0);
    expect(epochs).toBe(epochsWithin(1, secondsPerEpoch));
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
