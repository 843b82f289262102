import { defineConfig } from 'vite';

import { shared } from './build/shared.ts';

/**
 * The package: modules that need nothing beside themselves, and find their workers and wasm files
 * relative to `import.meta.url`, from a script tag as well as through another bundler.
 */
export default defineConfig({
  ...shared,
  base: './',
  publicDir: false,
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
