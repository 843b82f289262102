// node server.js MODEL_FOLDER [PORT]
// POST an image to /classify; the answer is JSON: [{ label, index, probability }, ...].
import { createServer } from 'node:http';

import '@tensorflow/tfjs-backend-wasm';
import { decodeImage, DecodeError } from '@resnet/data';
import { openModelFolder } from '@resnet/hub';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { Predictor } from '@resnet/predictor';
import * as tf from '@tensorflow/tfjs-core';

/** An upload may have this many bytes, and this many pixels once decoded: a small file can be huge. */
const maxBytes = 10 * 1024 * 1024;
const maxPixels = 50_000_000;
/** Images decoded or waiting for the net at once; who comes later is asked to try again. */
const maxPending = 16;

await tf.setBackend('wasm');
registerWasmKernels();
const [folder, port = '8080'] = process.argv.slice(2);
const predictor = await Predictor.load(await openModelFolder(folder));

class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The body of a request; no more of it is kept than is allowed. */
async function readBody(request) {
  const tooLarge = () => new HttpError(413, `an image may have ${maxBytes} bytes`);
  if (Number(request.headers['content-length']) > maxBytes) throw tooLarge();
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function classify(request) {
  try {
    const image = await decodeImage(await readBody(request), { maxPixels });
    return await predictor.predict(image);
  } catch (error) {
    // What a client sent is its own fault; anything else is ours, and its details stay here.
    if (error instanceof DecodeError) throw new HttpError(422, error.message);
    throw error;
  }
}

let pending = 0;

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname !== '/classify') throw new HttpError(404, 'POST an image to /classify');
  if (request.method !== 'POST') throw new HttpError(405, 'POST an image to /classify');
  if (pending >= maxPending) throw new HttpError(503, 'busy: try again');
  pending++;
  try {
    return await classify(request);
  } finally {
    pending--;
  }
}

const server = createServer(async (request, response) => {
  let status = 200;
  let body;
  try {
    body = await answer(request);
  } catch (error) {
    status = error instanceof HttpError ? error.status : 500;
    body = { error: error instanceof HttpError ? error.message : 'internal error' };
    if (status === 500) console.error(error);
  }
  // A body that was not read to its end must not be taken for the next request.
  const headers = {
    'content-type': 'application/json',
    ...(!request.complete && { connection: 'close' }),
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
});
server.requestTimeout = 30_000;
server.listen(Number(port), () => {
  console.log(`POST images to http://localhost:${server.address().port}/classify`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => predictor.dispose());
    server.closeIdleConnections();
  });
}
