// One side of `pnpm bench infer`: onnxruntime-node on our ONNX file of the same net, batch norms
// folded as its own optimiser would.
import { createRequire } from 'node:module';

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { createModel } from '@resnet/model';
import { writeOnnx } from '@resnet/model/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Random } from '@resnet/random';

import { answerRuns } from '../rounds.js';

const [name, batch, size, repeats] = process.argv.slice(2).map((arg, i) => (i === 0 ? arg : +arg));
await tf.setBackend('cpu');
const model = createModel(name, { seed: 0 });
const file = writeOnnx(model.config, await model.stateDict(), { imageSize: [size, size] });
model.dispose();
const threads = Number(process.env.RESNET_BENCH_THREADS ?? 0);
const session = await InferenceSession.create(file, { intraOpNumThreads: threads });
const random = new Random(1);
const values = Float32Array.from({ length: batch * 3 * size * size }, () => random.normal());
const images = new Tensor('float32', values, [batch, 3, size, size]);

async function infer() {
  const { logits } = await session.run({ images });
  if (logits.data.length !== batch * 1000) throw new Error('no logits');
}

for (let i = 0; i < 5; i++) await infer();
const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json');
await answerRuns(
  { version: `onnxruntime-node ${version}`, threads: threads || 'its default (one a core)' },
  async () => {
    for (let i = 0; i < repeats; i++) await infer();
    return { images: repeats * batch };
  },
);
