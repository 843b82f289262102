import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { defaultTrainTransform } from '@resnet/image';
import { Random } from '@resnet/random';

import { imageLoader } from '@resnet/data';

/** One batch over and over in one endless epoch: what ends an epoch is no part of a step. */
export function syntheticData(batch, size) {
  const random = new Random(0);
  const images = new Float32Array(batch * size * size * 3).map(() => random.normal());
  const labels = Int32Array.from({ length: batch }, () => random.integer(10));
  const batchesPerEpoch = 1_000_000;
  return {
    size: batch * batchesPerEpoch,
    batchesPerEpoch,
    imageShape: [size, size, 3],
    async *batches() {
      for (;;) yield { images, labels, size: batch };
    },
  };
}

/** The images of a folder, each many times an epoch, as `resnet train` reads them with 2 threads. */
export function jpegData(folder, batch, size) {
  const files = readdirSync(folder).map((file, i) => ({ path: join(folder, file), label: i % 10 }));
  return imageLoader({
    files: Array.from({ length: 1000 }, () => files).flat(),
    batchSize: batch,
    workers: 2,
    // Kept images would be read once: the peer keeps none.
    cacheBytes: 0,
    transform: { kind: 'train', options: { ...defaultTrainTransform, inputSize: [size, size] } },
  });
}

/** Takes steps of a training one round at a time, and tells of the last loss and the waiting. */
export function stepper(events) {
  return async (count) => {
    let loss = NaN;
    let dataWaitMs = 0;
    for (let left = count; left > 0;) {
      const { value: event, done } = await events.next();
      if (done) throw new Error('training ended');
      if (event.type !== 'step') continue;
      ({ loss } = event);
      dataWaitMs += event.dataWaitMs;
      left--;
    }
    return { loss, dataWaitMs };
  };
}
