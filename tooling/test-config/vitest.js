import { fileURLToPath } from 'node:url';

import { defineConfig, mergeConfig } from 'vitest/config';

/**
 * The vitest configuration of a package: its tests lie beside the files they test, fail on
 * unexpected console output, and may use the matchers of `matchers.ts`.
 *
 * @param {import('vitest/config').ViteUserConfig} overrides what the package sets otherwise
 */
export function packageConfig(overrides = {}) {
  return mergeConfig(
    defineConfig({
      test: {
        include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
        reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
        setupFiles: [fileURLToPath(new URL('./setup.ts', import.meta.url))],
        testTimeout: 60_000,
        hookTimeout: 120_000,
      },
    }),
    overrides,
  );
}
