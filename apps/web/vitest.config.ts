import { findChromium } from '@resnet/test-config/browser';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';

import { cliAnswers } from './build/cli-answers.ts';
import { crashGpu } from './build/crash-gpu.ts';
import { isolationHeaders, shared } from './build/shared.ts';

const found = findChromium();
const { executable, args } = 'missing' in found ? { executable: '', args: [] } : found;

/**
 * Tests run in a headless Chromium (`*.browser.test.ts`, `*.crash.test.ts`) or in Node (`*.test.ts`). Its WebGPU
 * adapter is SwiftShader, on the CPU.
 */
export default defineConfig({
  ...shared,
  server: { headers: isolationHeaders },
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
    ],
  },
  test: {
    reporters: ['default', ['json', { outputFile: 'test-results.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['{src,test,build}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/*.crash.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // One browser at a time, after the units: what is measured here is a person's wait.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      ...('missing' in found
        ? []
        : [
            inBrowser('browser', '{src,test}/**/*.browser.test.ts', 0),
            // In a browser of its own: Chromium gives no WebGPU any more after some crashes.
            inBrowser('crash', 'test/**/*.crash.test.ts', 2),
          ]),
    ],
  },
});

function inBrowser(name: string, include: string, groupOrder: number): TestProjectConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [include],
      testTimeout: 120_000,
      hookTimeout: 120_000,
      sequence: { groupOrder },
      browser: {
        enabled: true,
        commands: { cliAnswers, crashGpu },
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            executablePath: executable,
            args: [...args, '--enable-unsafe-webgpu'],
          },
        }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}
