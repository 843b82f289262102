import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';

import { run } from '@resnet/cli';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { nativeStatus } from '@resnet/native';
import * as tf from '@tensorflow/tfjs-core';

import { session } from './session.ts';

registerWasmKernels();
const sessions = [];
for (const backend of ['cpu', 'wasm']) {
  await tf.setBackend(backend);
  const { files: _, ...rest } = await session();
  sessions.push(rest);
}
console.log(JSON.stringify({ sessions, status: typeof nativeStatus().ready, run: typeof run }));
