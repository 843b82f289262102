import { readFileSync } from 'node:fs';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { WantedModel } from '../protocol.ts';
import type { LoadProgress } from '../types.ts';
import { FetchAhead } from './fetch-ahead.ts';

const demo = new URL('../../public/models/demo/', import.meta.url);
const files: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = Object.fromEntries(
  ['config.json', 'model.safetensors'].map((name) => [
    name,
    new Uint8Array(readFileSync(new URL(name, demo))),
  ]),
);
const limits = { weightBytes: 2 ** 29, inputSize: 1024, multiplyAdds: 1e11, classes: 1e5 };
const never = new AbortController().signal;

function wanted(folder: string): WantedModel {
  const url = (name: string): string => `https://example.org/${folder}/${name}`;
  return {
    files: { config: { url: url('config.json') }, weights: { url: url('model.safetensors') } },
    cache: false,
    limits: { ...limits },
  };
}

/** Signals of what was fetched, by URL. */
const fetched = new Map<string, AbortSignal>();

beforeEach(() => {
  fetched.clear();
  vi.stubGlobal('fetch', (url: string, { signal }: { readonly signal: AbortSignal }) => {
    fetched.set(url, signal);
    // Without an answer: what is under way can be given up.
    if (url.includes('/slow/')) {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    }
    const body = files[url.split('/').at(-1)!]!;
    return Promise.resolve(new Response(body, { headers: { 'content-length': `${body.length}` } }));
  });
});

afterEach(() => vi.unstubAllGlobals());

test('what was fetched is taken by who asks for the same, with all that was to hear of it', async () => {
  const ahead = new FetchAhead(wanted('model'));
  await vi.waitFor(() => expect(fetched.size).toBe(2));
  const heard: LoadProgress[] = [];
  const { weights, config } = await ahead.take(wanted('model'), never, (progress) =>
    heard.push(progress),
  )!;
  expect(Buffer.compare(weights.bytes, files['model.safetensors']!)).toBe(0);
  expect(config).toBe(new TextDecoder().decode(files['config.json']));
  expect(heard[0]).toEqual({ stage: 'config', loaded: 1, total: 1 });
  const size = weights.bytes.length;
  expect(heard.at(-1)).toEqual({ stage: 'weights', loaded: size, total: size });
  expect(fetched.size).toBe(2);
});

test('it is given up where something else is asked for', () => {
  const ahead = new FetchAhead(wanted('slow'));
  expect(ahead.take(wanted('model'), never, () => undefined)).toBeUndefined();
  expect([...fetched.values()].map(({ aborted }) => aborted)).toEqual([true]);
});

test('other limits are something else', () => {
  const ahead = new FetchAhead(wanted('slow'));
  const other = { ...wanted('slow'), limits: { ...limits, classes: 10 } };
  expect(ahead.take(other, never, () => undefined)).toBeUndefined();
});

test('once it is taken, the request ends it', async () => {
  const ahead = new FetchAhead(wanted('slow'));
  const request = new AbortController();
  const taken = ahead.take(wanted('slow'), request.signal, () => undefined);
  request.abort(new Error('no longer wanted'));
  await expect(taken).rejects.toThrow('no longer wanted');
});
