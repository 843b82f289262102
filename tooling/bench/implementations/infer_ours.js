// One side of `pnpm bench infer`: @resnet/model on the tensorflow backend, batch norms folded, on
// synthetic images. A round is REPEATS batches, the logits read each time.
import { availableParallelism } from 'node:os';

import * as tf from '@tensorflow/tfjs-core';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { createModel, foldBatchNorm } from '@resnet/model';
import { loadTensorflow } from '@resnet/native';

import { answerRuns } from '../rounds.js';

const [name, batch, size, repeats, precision] = process.argv
  .slice(2)
  .map((arg, i) => (i >= 1 && i <= 3 ? Number(arg) : arg));
await loadTensorflow();
await tf.setBackend('tensorflow');
registerTensorflowKernels({ precision: precision === 'bf16' ? 'bfloat16' : 'float32' });

const model = createModel(name, { seed: 0 });
const net = foldBatchNorm(model);
model.dispose();
const images = tf.randomNormal([batch, size, size, 3], 0, 1, 'float32', 1);

function infer() {
  const logits = net.forward(images);
  logits.dataSync();
  logits.dispose();
}

for (let i = 0; i < 5; i++) infer();
await answerRuns(
  {
    version: `@resnet/model on TensorFlow ${tf.backend().binding.TF_Version}, ${precision}`,
    threads: process.env.TF_NUM_INTRAOP_THREADS ?? availableParallelism(),
  },
  () => {
    for (let i = 0; i < repeats; i++) infer();
    return { images: repeats * batch };
  },
);
