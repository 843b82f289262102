// One side of `pnpm bench train`: training steps of @resnet/trainer on the tensorflow backend, on
// synthetic data. A round is STEPS steps.
import { createInterface } from 'node:readline';

import * as tf from '@tensorflow/tfjs-core';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { createModel } from '@resnet/model';
import { loadTensorflow } from '@resnet/native';
import { Random } from '@resnet/random';
import { constant, sgd, train } from '@resnet/trainer';

const [name, batch, size, steps] = process.argv.slice(2).map((arg, i) => (i === 0 ? arg : +arg));
const tensorflow = await loadTensorflow();
await tf.setBackend('tensorflow');
registerTensorflowKernels();

const random = new Random(0);
const imageShape = [size, size, 3];
const images = new Float32Array(batch * size * size * 3).map(() => random.normal());
const labels = Int32Array.from({ length: batch }, () => random.integer(10));
const model = createModel(name, { numClasses: 10, seed: 0 });
// One endless epoch of the same batch, as the peer has it: what ends an epoch (validation, the best
// weights copied to the host) is no part of a step.
const batchesPerEpoch = 1_000_000;
const events = train({
  model,
  classes: Array.from({ length: 10 }, (_, i) => String(i)),
  trainData: {
    size: batch * batchesPerEpoch,
    batchesPerEpoch,
    imageShape,
    async *batches() {
      for (;;) yield { images, labels, size: batch };
    },
  },
  epochs: 1,
  optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
  schedule: constant(0.01),
});

/** Takes `count` steps; gives the loss of the last. */
async function take(count) {
  let loss = NaN;
  for (let left = count; left > 0;) {
    const { value: event, done } = await events.next();
    if (done) throw new Error('training ended');
    if (event.type !== 'step') continue;
    ({ loss } = event);
    left--;
  }
  return loss;
}

await take(3);
const threads = process.env.TF_NUM_INTRAOP_THREADS ?? 'all';
const version = `@resnet/trainer on TensorFlow ${tensorflow.version?.['tfjs-node'] ?? ''} fp32`;
console.log(JSON.stringify({ version, threads }));
for await (const _ of createInterface({ input: process.stdin })) {
  const began = performance.now();
  const cpu = process.cpuUsage();
  const loss = await take(steps);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const cpuSeconds = (user + system) / 1e6;
  const peakMB = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ seconds, cpuSeconds, images: steps * batch, loss, peakMB }));
}
process.exit(0);
