import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

import type { Manifest } from '../src/page/offline/sw.ts';

/**
 * What the page needs and no more: nothing of a third party, no inline script or style, no eval
 * beyond compiling wasm. A model from elsewhere is fetched by the worker, which has the policy of
 * its own response. The README names the same as a header, with what a meta element cannot say.
 */
export const contentSecurityPolicy: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page: in development Vite writes styles into the page itself. */
export function strictPolicy(): Plugin {
  return {
    name: 'resnet:policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

/** Tells the service worker (an entry named `sw`) which files the build has. */
export function offlineManifest(outDir: string): Plugin {
  return {
    name: 'resnet:offline',
    apply: 'build',
    enforce: 'post',
    writeBundle() {
      const worker = join(outDir, 'sw.js');
      const code = readFileSync(worker, 'utf8');
      const manifest = `self.resnetManifest=${JSON.stringify(manifestOf(outDir))};\n`;
      writeFileSync(worker, manifest + code);
    },
  };
}

/** Exported for its test. */
export function manifestOf(folder: string): Manifest {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((file) => !/^sw\.js$|\.(?:md|map)$/.test(file))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  const isOf = (name: string) => (file: string) =>
    file.startsWith('assets/') && file.includes(name);
  const isModel = (file: string): boolean => file.startsWith('models/');
  const wasm = files.filter(isOf('wasm'));
  const webgpu = files.filter(isOf('webgpu'));
  const shell = files.filter((file) => ![...wasm, ...webgpu].includes(file) && !isModel(file));
  return {
    version: hash.digest('hex').slice(0, 12),
    shell,
    backends: { wasm, webgpu },
    // The weights are kept by the predictor, which asks the server whether they are still the same.
    models: files.filter((file) => isModel(file) && file.endsWith('/config.json')),
  };
}
