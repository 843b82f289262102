import { defineConfig } from 'vite';

import { elementManifest } from './build/element-manifest.ts';
import { shared } from './build/shared.ts';
import { sizeBudget } from './build/size-budget.ts';
import { thirdPartyLicenses } from './build/third-party-licenses.ts';

const licenses = thirdPartyLicenses();

/**
 * The package: modules that need nothing beside themselves, and find their workers and wasm files
 * relative to `import.meta.url`, from a script tag as well as through another bundler.
 */
export default defineConfig({
  ...shared,
  base: './',
  publicDir: false,
  plugins: [
    licenses.main,
    sizeBudget('dist'),
    elementManifest('src/element/resnet-predictor.ts', 'custom-elements.json'),
  ],
  worker: { ...shared.worker, plugins: licenses.worker },
  build: {
    ...shared.build,
    outDir: 'dist',
    sourcemap: true,
    rollupOptions: {
      input: { index: 'src/index.ts', predictor: 'src/predictor.ts' },
      preserveEntrySignatures: 'strict',
      output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});
