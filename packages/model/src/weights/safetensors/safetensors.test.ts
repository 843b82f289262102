/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows what it made */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ModelError } from '../../errors.ts';
import type { StateDict } from '../state-dict.ts';
import { readSafetensors } from './read-safetensors.ts';
import { writeSafetensors } from './write-safetensors.ts';

/** Written by the safetensors package: tooling/reference/model/safetensors_files.py */
function fixture(name: string): Uint8Array {
  const url = new URL(`../../../test/fixtures/safetensors/${name}.safetensors`, import.meta.url);
  return new Uint8Array(readFileSync(url));
}

function file(header: string | object, data: number | Uint8Array = 0): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const content = typeof data === 'number' ? new Uint8Array(data) : data;
  return new Uint8Array(Buffer.concat([length, json, content]));
}

function entry(shape: unknown, offsets: unknown, dtype: unknown = 'F32'): object {
  return { dtype, shape, data_offsets: offsets };
}

describe('readSafetensors', () => {
  it('reads what the reference wrote', () => {
    const { tensors, metadata } = readSafetensors(fixture('float32'));
    expect(Object.fromEntries(metadata)).toEqual({ format: 'pt', a: 'ü\n' });
    const conv = tensors.get('layer1.0.conv1.weight')!;
    expect(conv.shape).toEqual([2, 3, 1, 2]);
    expect(conv.data).toEqual(Float32Array.from({ length: 12 }, (_, i) => i / 7));
    expect(tensors.get('bn1.num_batches_tracked')).toEqual({
      shape: [],
      dtype: 'int64',
      data: BigInt64Array.of(2n ** 40n + 1n),
    });
    expect(tensors.get('empty')!.shape).toEqual([0, 3]);
    expect(tensors.get('näme')!.data).toEqual(Float32Array.of(1.5));
  });

  it('expands float16 and bfloat16 exactly', () => {
    const half = readSafetensors(fixture('float16')).tensors.get('fc.bias')!.data;
    // prettier-ignore
    expect([...half]).toEqual([
      0, -0, 1, -2.5, 65504, 65504, Infinity, 0, 2 ** -24, 0, 2 ** -24, 2 ** -14, 0x3ff / 2 ** 24,
      1 + 2 ** -10, 1, 1 + 2 ** -9, 3.140625, -Infinity, Infinity, -Infinity, NaN,
    ]);
    const brain = readSafetensors(fixture('bfloat16')).tensors.get('fc.bias')!.data;
    expect(Array.from(brain.slice(0, 5), Number)).toEqual([0, -0, 1, -2.5, 65536]);
    expect(Array.from(brain.slice(16), Number)).toEqual([
      3.140625,
      -1.0002555517425873e30,
      Infinity,
      -Infinity,
      NaN,
    ]);
  });

  it('reads every dtype that readTorch reads: floats as float32, all else as int64', () => {
    const { tensors } = readSafetensors(fixture('dtypes'));
    expect(Object.fromEntries(tensors)).toEqual({
      F64: { shape: [3], dtype: 'float32', data: Float32Array.of(0.1, -2.5, 1e300) },
      F32: { shape: [2, 1], dtype: 'float32', data: Float32Array.of(1 / 3, -2) },
      F16: { shape: [2], dtype: 'float32', data: Float32Array.of(0.5, -65504) },
      BF16: { shape: [2], dtype: 'float32', data: Float32Array.of(0.5, -(2 ** 100)) },
      I64: { shape: [2], dtype: 'int64', data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
      I32: { shape: [2], dtype: 'int64', data: BigInt64Array.of(-(2n ** 31n), 2n ** 31n - 1n) },
      I16: { shape: [2], dtype: 'int64', data: BigInt64Array.of(-(2n ** 15n), 2n ** 15n - 1n) },
      I8: { shape: [2], dtype: 'int64', data: BigInt64Array.of(-128n, 127n) },
      U32: { shape: [2], dtype: 'int64', data: BigInt64Array.of(0n, 2n ** 32n - 1n) },
      U16: { shape: [2], dtype: 'int64', data: BigInt64Array.of(0n, 2n ** 16n - 1n) },
      U8: { shape: [3], dtype: 'int64', data: BigInt64Array.of(0n, 1n, 255n) },
      BOOL: { shape: [], dtype: 'int64', data: BigInt64Array.of(1n) },
    });
  });

  it('reads bytes that lie at any offset', () => {
    const bytes = fixture('float32');
    for (const shift of [1, 2, 3, 4]) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(readSafetensors(moved.subarray(shift)).tensors).toEqual(
        readSafetensors(bytes).tensors,
      );
    }
  });

  it('reads what lies at an odd place in a Buffer of Node', () => {
    for (const { name, values } of [
      { name: 'F32', values: Float32Array.of(1.5) },
      { name: 'I64', values: BigInt64Array.of(3n) },
    ]) {
      const length = values.byteLength;
      const bytes = file({ abc: entry([1], [0, length], name) }, new Uint8Array(values.buffer));
      for (let shift = 0; shift < 8; shift++) {
        const buffer = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
        expect(readSafetensors(buffer).tensors.get('abc')!.data).toEqual(values);
      }
    }
  });

  it('reads fifty thousand tensors', () => {
    const names = Array.from({ length: 5e4 }, (_, i) => [`t${i}`, entry([0, 1, 1, 1], [0, 0])]);
    const { tensors } = readSafetensors(file(Object.fromEntries(names) as object));
    expect(tensors.size).toBe(5e4);
  });

  it('reads metadata of megabytes, full of quotes', () => {
    const long = '"\\'.repeat(4e6);
    const { metadata } = readSafetensors(file({ __metadata__: { long } }));
    expect(metadata.get('long') === long).toBe(true);
  });

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), '8 bytes or more, received 0'],
    ['a header past the end', file('{}').fill(200, 0, 1), 'claims 200 bytes, but 2 follow'],
    ['a header of 2^60 bytes', file('{}').fill(16, 7, 8), 'claims 1152921504606846978 bytes'],
    ['a header of 2^64 - 1 bytes', file('{}').fill(255, 0, 8), 'claims 18446744073709551615'],
    ['no JSON', file('{"a":'), 'cannot be read as JSON'],
    ['no UTF-8', file('{"a":1}').fill(255, 10, 11), 'cannot be read as JSON'],
    ['a shape in 100,000 lists', file(`{"a":{"shape":${'['.repeat(1e5)}`), 'more than 64 deep'],
    ['ten million tensors', file(`{${'"":{},'.repeat(1e7)}`), 'more than 524288 values'],
    ['a list', file('[]'), 'not a JSON object'],
    [
      'a tensor twice',
      file('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"a":{}}'),
      "'a' twice",
    ],
    [
      'a field twice',
      file('{"a":{"dtype":"F32","shape":[1],"shape":[2],"data_offsets":[0,4]}}', 4),
      "'shape' twice",
    ],
    ['metadata that is no text', file({ __metadata__: { a: 1 } }), "metadata 'a'"],
    ['U64, which int64 does not hold', fixture('uint64'), 'has dtype "U64"; this reads F64, F32'],
    ['an unknown dtype', file({ a: entry([1], [0, 1], 'F8_E4M3') }, 1), 'has dtype "F8_E4M3"'],
    [
      'a dtype of the prototype',
      file({ a: entry([1], [0, 1], 'toString') }, 1),
      'dtype "toString"',
    ],
    ['a shape of halves', file({ a: entry([0.5], [0, 2]) }, 2), 'not a list of sizes'],
    ['65 dimensions', file({ a: entry(Array(65).fill(1), [0, 4]) }, 4), 'sizes, 64 at most'],
    ['a key twice, once escaped', file(String.raw`{"a":{},"\u0061":{}}`), "'a' twice"],
    ['a negative size', file({ a: entry([-1], [0, 4]) }, 4), 'not a list of sizes'],
    ['a size of 2^60', file({ a: entry([2 ** 60], [0, 4]) }, 4), 'not a list of sizes'],
    [
      'a product of 2^100',
      file({ a: entry([2 ** 50, 2 ** 50], [0, 4]) }, 4),
      'its data_offsets span 4',
    ],
    ['offsets of 2^60', file({ a: entry([1], [0, 2 ** 60]) }, 4), 'not [begin, end]'],
    ['offsets backwards', file({ a: entry([1], [4, 0]) }, 4), 'not [begin, end]'],
    ['offsets past the end', file({ a: entry([2], [0, 8]) }, 4), 'take 8 bytes, 4 follow'],
    [
      'a shape of other size',
      file({ a: entry([3], [0, 4]) }, 4),
      'takes 12 bytes, its data_offsets span 4',
    ],
    [
      'an overlap',
      file({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8),
      "'b' begins at byte 4 of the data and overlaps",
    ],
    ['a hole', file({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), 'leaves a hole'],
    ['trailing data', file({ a: entry([1], [0, 4]) }, 8), 'take 4 bytes, 8 follow'],
    ['a missing field', file({ a: { dtype: 'F32', shape: [1] } }, 4), 'data_offsets nothing'],
  ])('refuses %s', (_, bytes, message) => {
    let error: unknown;
    try {
      readSafetensors(bytes);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ModelError);
    expect((error as ModelError).code).toBe('SAFETENSORS_INVALID');
    expect((error as ModelError).message).toContain(message);
  });

  it('takes keys of any text', () => {
    const name = '__proto__"{}[]:\\';
    const state: StateDict = new Map([
      [name, { shape: [1], dtype: 'float32', data: Float32Array.of(3) }],
      ['__proto__', { shape: [], dtype: 'float32', data: Float32Array.of(4) }],
    ]);
    const { tensors } = readSafetensors(writeSafetensors(state));
    expect(tensors.get(name)!.data).toEqual(Float32Array.of(3));
    expect(tensors.get('__proto__')!.data).toEqual(Float32Array.of(4));
  });
});

describe('writeSafetensors', () => {
  it.each(['float32', 'float16', 'bfloat16'] as const)(
    'writes the bytes of the reference: %s',
    (dtype) => {
      const { tensors } = readSafetensors(fixture('float32'));
      const metadata = { format: 'pt', ...(dtype === 'float32' ? { a: 'ü\n' } : {}) };
      const expected = fixture(dtype);
      // torch's vectorised cast makes a NaN of all ones, its scalar cast (and ours) the quiet one.
      const nan = Buffer.from(expected).lastIndexOf(Buffer.of(0xff, 0xff));
      if (nan >= 0) expected.set([0xc0, 0x7f], nan);
      expect(writeSafetensors(tensors, { metadata, dtype })).toEqual(expected);
    },
  );

  it('refuses a tensor whose shape is not that of its data', () => {
    const state: StateDict = new Map([
      ['a', { shape: [2, 2], dtype: 'float32', data: new Float32Array(3) }],
    ]);
    expect(() => writeSafetensors(state)).toThrow("'a' of shape [2, 2] has 3 elements");
  });

  it('writes a state without tensors', () => {
    expect(readSafetensors(writeSafetensors(new Map())).tensors.size).toBe(0);
  });
});
