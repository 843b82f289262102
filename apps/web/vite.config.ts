import { defineConfig } from 'vite';

import { offlineManifest, strictPolicy } from './build/page.ts';
import { isolationHeaders, shared } from './build/shared.ts';
import { sizeBudget } from './build/size-budget.ts';
import { thirdPartyLicenses } from './build/third-party-licenses.ts';

const outDir = 'dist-page';
const licenses = thirdPartyLicenses(['@fontsource-variable/figtree']);

/**
 * The page, as a folder of static files for any host: `dist-page`. It finds its files beside
 * itself, wherever it lies; set RESNET_BASE (`/predictor/`) where a host wants absolute paths.
 * Headers are a host's: without COOP/COEP wasm runs on one thread, and everything else is the same.
 */
export default defineConfig({
  ...shared,
  base: process.env['RESNET_BASE'] ?? './',
  build: {
    ...shared.build,
    outDir,
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/page/offline/sw.ts' },
      output: {
        // A service worker keeps its name: browsers look for the new build under the old address.
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  worker: { ...shared.worker, plugins: licenses.worker },
  plugins: [strictPolicy(), licenses.main, offlineManifest(outDir), sizeBudget(outDir)],
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
});
