// One side of `pnpm bench train` and `pnpm bench jpeg`: training steps of @resnet/trainer on the
// tensorflow backend. A round is STEPS steps.
import * as tf from '@tensorflow/tfjs-core';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { createModel } from '@resnet/model';
import { loadTensorflow } from '@resnet/native';
import { constant, sgd, train } from '@resnet/trainer';

import { answerRuns } from '../rounds.js';
import { jpegData, syntheticData, stepper } from '../training.js';

const [name, batch, size, steps, precision, folder] = process.argv
  .slice(2)
  .map((arg, i) => (i >= 1 && i <= 3 ? Number(arg) : arg));
const { version } = await loadTensorflow();
await tf.setBackend('tensorflow');
registerTensorflowKernels({ precision: precision === 'bf16' ? 'bfloat16' : 'float32' });

const data = folder === undefined ? syntheticData(batch, size) : jpegData(folder, batch, size);
const take = stepper(
  train({
    model: createModel(name, { numClasses: 10, seed: 0 }),
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
    trainData: data,
    epochs: 1_000_000,
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    schedule: constant(0.01),
    checkpointEvery: { epochs: 1_000_000 },
  }),
);
await take(3);
await answerRuns(
  {
    version: `@resnet/trainer, tfjs-node ${version['tfjs-node']}, ${precision}`,
    threads: process.env.TF_NUM_INTRAOP_THREADS ?? 'all',
  },
  async () => ({ ...(await take(steps)), images: steps * batch }),
);
