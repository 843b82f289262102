import { registerWasmKernels } from '@resnet/kernels/wasm';
import { loadPredictor } from '@resnet/web/predictor';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import * as tf from '@tensorflow/tfjs-core';

import { makeImage, session, type Session } from './session.ts';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  'tfjs-backend-wasm-threaded-simd.wasm': threadedUrl,
});

try {
  await tf.setBackend('wasm');
  registerWasmKernels();
  const { files, ...rest } = await session();
  const widget = await classifyInWorker(files);
  document.body.textContent = JSON.stringify({ ...rest, widget });
  document.title = 'done';
} catch (error) {
  document.body.textContent = String(error);
  document.title = 'failed';
}

/** What @resnet/web, which brings its own workers and wasm files, says of the image. */
async function classifyInWorker(files: Session['files']): Promise<Session['predictions']> {
  const { width, height, data } = makeImage();
  const pixels = new ImageData(width, height);
  pixels.data.set(Uint8Array.from(pixels.data, (_, i) => (i % 4 === 3 ? 255 : data[i - (i >> 2)])));
  const predictor = await loadPredictor(files, { backend: 'wasm' });
  const { predictions } = await predictor.classify(pixels);
  predictor.dispose();
  return predictions;
}
