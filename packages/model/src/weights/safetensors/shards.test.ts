import { expect, it } from 'vitest';

import type { HostTensor } from '../state-dict.ts';
import { parseShardIndex, readShards } from './shards.ts';
import { writeSafetensors } from './write-safetensors.ts';

const [one, two] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];

function tensor(...values: readonly number[]): HostTensor {
  return { shape: [values.length], dtype: 'float32', data: Float32Array.from(values) };
}

function index(map: unknown): string {
  return JSON.stringify({ metadata: { total_size: 12 }, weight_map: map });
}

function shard(entries: Readonly<Record<string, HostTensor>>): Uint8Array {
  return writeSafetensors(new Map(Object.entries(entries)));
}

const first = shard({ a: tensor(1), b: tensor(2, 3) });
const second = shard({ c: tensor(4) });
const files = new Map([
  [one, first],
  [two, second],
]);

it('joins the tensors of all shards', () => {
  const parsed = parseShardIndex(index({ c: two, a: one, b: one }));
  expect(parsed.files).toEqual([two, one]);
  const state = readShards(parsed, files);
  expect(Object.fromEntries(state)).toEqual({ a: tensor(1), b: tensor(2, 3), c: tensor(4) });
});

it.each([
  ['{', 'cannot be read as JSON'],
  [`{"weight_map":{"a":${'['.repeat(1e5)}`, 'it nests more than 64 deep'],
  ['[]', 'no weight_map'],
  ['null', 'no weight_map'],
  [index([]), 'no weight_map'],
  [index({}), 'weight_map is empty'],
  [index({ a: 1 }), "'a' must be in 1, which is no file name"],
  [index({ a: '../x.safetensors' }), 'which is no file name'],
  [index({ a: '/etc/x.safetensors' }), 'which is no file name'],
  [index({ a: 'x.bin' }), 'which is no file name'],
])('refuses the index %s', (text, message) => {
  expect(() => parseShardIndex(text)).toThrow(message);
});

it.each([
  [{ a: one, b: one, c: two, d: two }, files, `${two} lacks 'd'`],
  [{ a: one, c: two }, files, `${one} has 'b', which must be in no shard`],
  [{ a: one, b: two, c: two }, files, `${one} has 'b', which must be in ${two}`],
  [{ a: one, b: one, c: two }, new Map([[one, first]]), `shard ${two} was not given`],
  [
    { a: one, b: one, c: two },
    new Map([...files, [two, second.subarray(0, 9)]]),
    `${two}: safetensors: the header claims`,
  ],
])('refuses shards that are not what the index says: %j', (map, shards, message) => {
  expect(() => readShards(parseShardIndex(index(map)), shards)).toThrow(message);
});
