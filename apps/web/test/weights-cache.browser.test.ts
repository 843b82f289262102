import { afterEach, beforeEach, expect, test } from 'vitest';

import { loadPredictor, type LoadOptions } from '../src/predictor.ts';
import { cacheName } from '../src/worker/weights-cache.ts';
import { modelUrl, pictureAnswers, pictureBlob, probabilities } from './fixtures.ts';

const weightsUrl = `${modelUrl}model.safetensors`;

async function kept(): Promise<readonly string[]> {
  const requests = await (await caches.open(cacheName)).keys();
  return requests.map(({ url }) => url);
}

/** Loads, and gives the probability of a class of a picture. */
async function loadAndClassify(options: LoadOptions = {}): Promise<number> {
  const predictor = await loadPredictor(modelUrl, { backend: 'wasm', ...options });
  try {
    return (await probabilities(predictor, await pictureBlob('grey.jpg')))[2]!;
  } finally {
    predictor.dispose();
  }
}

const expected = pictureAnswers['grey.jpg']!.probabilities[2]!;

beforeEach(() => caches.delete(cacheName));
afterEach(() => caches.delete(cacheName));

test('weights are kept once they have proved right, and used again', async () => {
  expect(await loadAndClassify()).toBeCloseTo(expected, 2);
  expect(await kept()).toEqual([weightsUrl]);
  const cache = await caches.open(cacheName);
  const response = (await cache.match(weightsUrl))!;
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect(bytes.length).toBe(Number(response.headers.get('content-length')));

  // A mark in what is kept shows in the answer: all biases of the classifier become the same.
  const header = new TextDecoder().decode(bytes.subarray(8, 4000));
  const [begin, end] = /"fc\.bias":\{[^}]*"data_offsets":\[(\d+),(\d+)\]/
    .exec(header)!
    .slice(1)
    .map(Number);
  const start = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  bytes.fill(0, start + begin!, start + end!);
  await cache.put(weightsUrl, new Response(bytes, { headers: response.headers }));
  expect(Math.abs((await loadAndClassify()) - expected)).toBeGreaterThan(0.01);
});

test('what the server has replaced is fetched again', async () => {
  await loadAndClassify();
  const cache = await caches.open(cacheName);
  const headers = new Headers((await cache.match(weightsUrl))!.headers);
  headers.set('etag', '"of last week"');
  headers.set('last-modified', 'Mon, 01 Jan 2024 00:00:00 GMT');
  headers.set('content-length', '4');
  await cache.put(weightsUrl, new Response('junk', { headers }));
  expect(await loadAndClassify()).toBeCloseTo(expected, 2);
  expect((await (await cache.match(weightsUrl))!.blob()).size).toBeGreaterThan(100_000);
});

test('nothing is kept where it is not wanted, or the model is wrong', async () => {
  await loadAndClassify({ cache: false });
  expect(await kept()).toEqual([]);
  await expect(loadAndClassify({ limits: { weightBytes: 1000 } })).rejects.toMatchObject({
    code: 'MODEL_TOO_LARGE',
  });
  expect(await kept()).toEqual([]);
});
