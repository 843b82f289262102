import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { generate } from '../../../scripts/build-wasm.mjs';
import { sharedSimdModule, simdModule } from './simd-module.ts';
import { instantiate } from './simd.ts';

declare const WebAssembly: {
  Memory: new (limits: { initial: number; maximum?: number; shared?: boolean }) => {
    readonly buffer: ArrayBuffer;
  };
};

describe('the committed WebAssembly', () => {
  it('is what assembly/ compiles to', async () => {
    const committed = await readFile(new URL('simd-module.ts', import.meta.url), 'utf8');
    expect(committed, 'stale: run node scripts/build-wasm.mjs').toBe(await generate());
  });

  it.each([
    ['plain', simdModule, { initial: 1 }],
    ['shared', sharedSimdModule, { initial: 1, maximum: 65536, shared: true }],
  ])('runs over a %s memory and brings no data of its own', (_, base64, limits) => {
    const memory = new WebAssembly.Memory(limits);
    const kernels = instantiate(base64, memory);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);

    const values = new Float32Array(memory.buffer);
    values.set([1, -2, 3, -4, 5], 16);
    values.set([1, 1, -4, 5, 0], 32);
    kernels.addRelu(64, 128, 192, 5);
    expect([...values.subarray(48, 54)]).toEqual([2, 0, 0, 1, 5, 0]);
  });

  it('refuses the memory that the other is for', () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
    expect(() => instantiate(simdModule, shared)).toThrow(/shared/);
  });
});
