/**
 * How much of its time a training loop waits for images: a stand-in for the training step blocks
 * the main thread as a native step does (and, unlike it, leaves the other cores free), while the
 * image workers decode. Run: pnpm bench loader [--workers N] [--busy]
 *
 * --busy keeps every core busy during the step, as a step on all cores would.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

import { defaultTrainTransform } from '@resnet/image';

import { imageLoader } from '@resnet/data';
import { defaultWorkers } from '@resnet/data';
import { median } from '../alternate.js';
import { parseOptions } from '../options.js';
import { makeImages } from '../images.js';

function blockFor(milliseconds) {
  const until = performance.now() + milliseconds;
  let x = 0;
  while (performance.now() < until) x += Math.sqrt(x + 1);
  return x;
}

async function measure({ name, paths, batchSize, size, stepMs, cacheBytes, crop, workers, busy }) {
  const loader = imageLoader({
    files: paths.map((path, i) => ({ path, label: i % 10 })),
    batchSize,
    workers,
    cacheBytes,
    transform: {
      kind: 'train',
      options: { ...defaultTrainTransform, inputSize: [size, size], ...(crop && { crop }) },
    },
  });
  const others = busy
    ? Array.from(
        { length: availableParallelism() - 1 },
        () => new Worker('for (;;) Math.sqrt(2);', { eval: true }),
      )
    : [];
  const waits = [];
  let first = 0;
  let start = performance.now();
  for (let epoch = 0; epoch < 2; epoch++) {
    let asked = performance.now();
    for await (const batch of loader.batches(epoch)) {
      const wait = performance.now() - asked;
      if (first === 0) {
        // Starting the threads is paid once, not each step.
        first = wait;
        start = performance.now();
      } else {
        waits.push(wait);
      }
      if (batch.size > 0) blockFor(stepMs);
      asked = performance.now();
    }
  }
  const total = performance.now() - start;
  for (const other of others) await other.terminate();

  // The workers are ahead by as much at the end of an epoch as at its beginning.
  const drain = async (epoch) => {
    let count = 0;
    for await (const batch of loader.batches(epoch)) count += batch.size;
    return count;
  };
  await drain(2);
  const cpuBefore = process.cpuUsage();
  const begin = performance.now();
  const images = (await drain(3)) + (await drain(4));
  const rate = (images / (performance.now() - begin)) * 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const waited = waits.reduce((a, b) => a + b, 0);
  console.log(
    `${name}: waiting ${((waited / total) * 100).toFixed(1)} % of ${waits.length} steps of ${stepMs} ms ` +
      `(median ${median(waits).toFixed(1)} ms a step, first batch after ${first.toFixed(0)} ms); ` +
      `loader alone ${rate.toFixed(0)} images/s, ` +
      `${((cpu.user + cpu.system) / 1000 / images).toFixed(1)} ms of CPU an image; ` +
      `cached ${(loader.cachedBytes / 2 ** 20).toFixed(0)} MiB`,
  );
  await loader.close();
}

export async function run(args) {
  const { workers, busy } = parseOptions(args, { workers: defaultWorkers(), busy: false });
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ` +
      `${workers} image worker(s)${busy ? ', all cores busy during the step' : ''}, Node ${process.version}`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-'));
  try {
    const large = await makeImages(folder, 96, 500, 375, 'jpeg');
    const small = await makeImages(folder, 256, 128, 128, 'png');
    const crop = { kind: 'randomResizedCrop', scale: [0.35, 1], ratio: [3 / 4, 4 / 3] };
    const photos = { paths: large, batchSize: 8, size: 224, stepMs: 600, workers, busy };
    const icons = { paths: small, batchSize: 16, size: 64, stepMs: 105, crop, workers, busy };
    await measure({ name: '500x375 JPEG -> 8x224x224, no cache', ...photos, cacheBytes: 0 });
    await measure({ name: '500x375 JPEG -> 8x224x224, cache', ...photos });
    await measure({ name: '128x128 PNG -> 16x64x64, no cache', ...icons, cacheBytes: 0 });
    await measure({ name: '128x128 PNG -> 16x64x64, cache', ...icons });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
