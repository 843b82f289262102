// One side of `pnpm bench wasm`: training steps of ResNet-20 on tfjs's wasm backend, one thread, with
// the kernels of @resnet/kernels/wasm or with the reference implementations on tfjs's own ops.
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { createModel } from '@resnet/model';
import { constant, sgd, train } from '@resnet/trainer';

import { answerRuns } from '../rounds.js';
import { stepper, syntheticData } from '../training.js';

const [kernels, batch, steps] = process.argv.slice(2);
setWasmPaths(
  `${dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'))}${sep}`,
);
if (kernels === 'ours') registerWasmKernels();
await tf.setBackend('wasm');
const take = stepper(
  train({
    model: createModel('resnet20', { numClasses: 10, seed: 0 }),
    classes: Array.from({ length: 10 }, (_, i) => String(i)),
    trainData: syntheticData(Number(batch), 32),
    epochs: 1,
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    schedule: constant(0.01),
  }),
);
await take(1);
await answerRuns({ version: `wasm, ${kernels} kernels`, threads: 1 }, async () => ({
  ...(await take(Number(steps))),
  images: steps * batch,
}));
