import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { Plugin } from 'vite';

/** What may be loaded before the model, in bytes as gzip sends them. */
export const budgets = {
  /** The first visit where there is WebGPU: scripts, styles, fonts and the worker. */
  webgpu: 200_000,
  /** What a visit without WebGPU loads in its place. */
  wasm: 320_000,
} as const;

export interface FirstLoad {
  readonly webgpu: number;
  readonly wasm: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

/** Loaded by every visit, or by one of the two backends; models and samples are no code. */
const code = new Set(['.html', '.css', '.js', '.woff2', '.wasm']);

export function firstLoad(folder: string): FirstLoad {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && code.has(extname(entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({
      name: file.slice(folder.length + 1),
      // Fonts are compressed already.
      bytes: file.endsWith('.woff2')
        ? readFileSync(file).length
        : gzipSync(readFileSync(file)).length,
    }));
  const sum = (test: (name: string) => boolean): number =>
    files.filter(({ name }) => test(name)).reduce((total, { bytes }) => total + bytes, 0);
  const isShared = (name: string): boolean => !/wasm|webgpu-worker/.test(name);
  return {
    files,
    webgpu: sum((name) => isShared(name) || name.includes('webgpu-worker')),
    // Browsers of today take one of the two with SIMD; the larger one counts.
    wasm: sum((name) => isShared(name) || /wasm-worker|threaded-simd/.test(name)),
  };
}

/** Reports what a first visit loads, and fails the build past a budget. */
export function sizeBudget(folder: string): Plugin {
  return {
    name: 'resnet:size-budget',
    apply: 'build',
    enforce: 'post',
    closeBundle() {
      const { files, ...loads } = firstLoad(folder);
      for (const backend of ['webgpu', 'wasm'] as const) {
        const line = `first load on ${backend}: ${kilobytes(loads[backend])} gzipped, budget ${kilobytes(budgets[backend])}`;
        if (loads[backend] > budgets[backend]) {
          const list = files.map(({ name, bytes }) => `  ${kilobytes(bytes)} ${name}`);
          this.error(`${line}\n${list.join('\n')}`);
        }
        this.info(line);
      }
    },
  };
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
