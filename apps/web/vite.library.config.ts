import { defineConfig } from 'vite';

import { elementManifest } from './build/element-manifest.ts';
import { shared } from './build/shared.ts';
import { sizeBudget } from './build/size-budget.ts';

/**
 * The package: modules that need nothing beside themselves, and find their workers and wasm files
 * relative to `import.meta.url`, from a script tag as well as through another bundler.
 */
export default defineConfig({
  ...shared,
  base: './',
  publicDir: false,
  plugins: [
    sizeBudget('dist'),
    elementManifest('src/element/resnet-predictor.ts', 'custom-elements.json'),
  ],
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
