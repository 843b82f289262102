import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

import { contentSecurityPolicy, manifestOf } from './page.ts';

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-page-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const files = {
  'index.html': '<!doctype html>',
  'sw.js': 'old',
  'assets/index-1.js': '1',
  'assets/wasm-worker-1.js': '2',
  'assets/tfjs-simd-wasm-1.wasm': '3',
  'assets/webgpu-worker-1.js': '4',
  'models/demo/config.json': '{}',
  'models/demo/model.safetensors': 'weights',
  'samples/owl.svg': '<svg/>',
  'samples/LICENSE.md': 'CC-BY',
};

test('parts what every visit needs from what a backend needs; weights and notes are left out', () => {
  expect(manifestOf(folderOf(files))).toEqual({
    version: expect.stringMatching(/^[0-9a-f]{12}$/),
    shell: ['assets/index-1.js', 'index.html', 'samples/owl.svg'],
    backends: {
      wasm: ['assets/tfjs-simd-wasm-1.wasm', 'assets/wasm-worker-1.js'],
      webgpu: ['assets/webgpu-worker-1.js'],
    },
    models: ['models/demo/config.json'],
  });
});

test('the version is that of the contents, whatever the service worker was', () => {
  const { version } = manifestOf(folderOf(files));
  expect(manifestOf(folderOf({ ...files, 'sw.js': 'new' })).version).toBe(version);
  expect(manifestOf(folderOf({ ...files, 'index.html': 'changed' })).version).not.toBe(version);
  expect(manifestOf(folderOf({ ...files, 'models/demo/model.safetensors': 'x' })).version).not.toBe(
    version,
  );
});

test('the policy allows no inline script or style, no eval and no other origin', () => {
  expect(contentSecurityPolicy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  expect(contentSecurityPolicy).toMatch(/^default-src 'none';/);
});
