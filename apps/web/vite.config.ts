import { defineConfig } from 'vite';

import { isolationHeaders, shared } from './build/shared.ts';

/**
 * The page, as a folder of static files for any host: `dist-page`. It finds its files beside
 * itself, wherever it lies; set RESNET_BASE (`/predictor/`) where a host wants absolute paths.
 * Headers are a host's: without COOP/COEP wasm runs on one thread, and everything else is the same.
 */
export default defineConfig({
  ...shared,
  base: process.env['RESNET_BASE'] ?? './',
  build: { ...shared.build, outDir: 'dist-page' },
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
