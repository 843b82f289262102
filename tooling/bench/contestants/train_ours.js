// One side of `pnpm bench train`: training steps of @resnet/trainer on the tensorflow backend, on
// synthetic data. A round is an epoch of STEPS batches.
import { createInterface } from 'node:readline';

import * as tf from '@tensorflow/tfjs-core';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { createModel } from '@resnet/model';
import { loadTensorflow } from '@resnet/native';
import { Random } from '@resnet/random';
import { constant, memoryData, sgd, train } from '@resnet/trainer';

const [name, batch, size, steps] = process.argv.slice(2).map((arg, i) => (i === 0 ? arg : +arg));
const tensorflow = await loadTensorflow();
await tf.setBackend('tensorflow');
registerTensorflowKernels();

const random = new Random(0);
const images = new Float32Array(steps * batch * size * size * 3).map(() => random.normal());
const labels = Int32Array.from({ length: steps * batch }, () => random.integer(10));
const model = createModel(name, { numClasses: 10, seed: 0 });
const events = train({
  model,
  classes: Array.from({ length: 10 }, (_, i) => String(i)),
  trainData: memoryData({ images, labels, imageShape: [size, size, 3], batchSize: batch }),
  epochs: 1_000_000,
  optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  schedule: constant(0.01),
  checkpointEvery: { epochs: 1_000_000 },
});

async function epoch() {
  let loss = NaN;
  for (;;) {
    const { value: event, done } = await events.next();
    if (done) throw new Error('training ended');
    if (event.type === 'step') ({ loss } = event);
    if (event.type === 'epoch') return loss;
  }
}

await epoch();
const threads = process.env.TF_NUM_INTRAOP_THREADS ?? 'all';
const version = `@resnet/trainer on TensorFlow ${tensorflow.version?.['tfjs-node'] ?? ''} fp32`;
console.log(JSON.stringify({ version, threads }));
for await (const _ of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const loss = await epoch();
  const seconds = (performance.now() - began) / 1000;
  const peakMB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, images: steps * batch, loss, peakMB }));
}
process.exit(0);
