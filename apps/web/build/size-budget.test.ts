import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { budgets, firstLoad } from './size-budget.ts';

const at = (folder: string): string => fileURLToPath(new URL(`../${folder}`, import.meta.url));

test.each(['dist', 'dist-page'])('%s is within its budgets', (folder) => {
  const { webgpu, wasm } = firstLoad(at(folder));
  expect(webgpu).toBeGreaterThan(50_000);
  expect(webgpu).toBeLessThan(budgets.webgpu);
  expect(wasm).toBeGreaterThan(150_000);
  expect(wasm).toBeLessThan(budgets.wasm);
});

test('counts what each backend loads, once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-sizes-'));
  try {
    // Digits at random compress to a little less than half.
    const noise = (length: number): string =>
      Array.from({ length }, () => Math.floor(Math.random() * 10)).join('');
    for (const [name, length] of [
      ['index.js', 1000],
      ['webgpu-worker-x.js', 20_000],
      ['wasm-worker-x.js', 5000],
      ['tfjs-backend-wasm-simd.wasm', 3000],
      ['tfjs-backend-wasm-threaded-simd.wasm', 4000],
      ['model.safetensors', 90_000],
    ] as const) {
      writeFileSync(join(folder, name), noise(length));
    }
    const { webgpu, wasm, files } = firstLoad(folder);
    const size = (name: string): number => files.find((file) => file.name === name)!.bytes;
    expect(files).toHaveLength(5);
    expect(webgpu).toBe(size('index.js') + size('webgpu-worker-x.js'));
    expect(wasm).toBe(
      size('index.js') + size('wasm-worker-x.js') + size('tfjs-backend-wasm-threaded-simd.wasm'),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
