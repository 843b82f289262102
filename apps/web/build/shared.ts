import type { UserConfig } from 'vite';

/** What makes a page cross-origin isolated, and thereby gives wasm its threads. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the page and the library are built with. */
export const shared = {
  build: {
    target: 'es2022',
    // Vite's own minifier breaks the worker of threaded wasm, whose source is taken by toString().
    minify: 'esbuild',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: {
    format: 'es',
    // Rolldown would print again, with white space, what esbuild has minified.
    rolldownOptions: { output: { minify: false } },
  },
} satisfies UserConfig;
