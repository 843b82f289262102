import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import { chromium, type Browser } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { serveStatic } from './static-server.ts';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Packages of the examples, as an application has them beside ours. */
const others = ['react', 'react-dom', 'vue', '@vitejs/plugin-vue', 'vite'];

describeBrowser('the examples', ({ executable, args }) => {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-examples-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executable, args: [...args] });
    cpSync(at('../examples'), folder, { recursive: true });
    // What is packed, and no more of the workspace.
    const own = join(folder, 'node_modules/@resnet/web');
    mkdirSync(own, { recursive: true });
    mkdirSync(join(folder, 'node_modules/@vitejs'));
    for (const name of ['package.json', 'dist', 'custom-elements.json']) {
      cpSync(at(`../${name}`), join(own, name), { recursive: true });
    }
    for (const name of others) {
      symlinkSync(at(`../node_modules/${name}`), join(folder, 'node_modules', name));
    }
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  it.each(['html', 'react', 'vue'])(
    '%s: built, opened, and right about a picture',
    async (name) => {
      const root = join(folder, name);
      const site = name === 'html' ? root : join(root, 'dist');
      if (name !== 'html') await build({ root, logLevel: 'error' });
      const server = await serveStatic(
        {
          site,
          assets: join(site, 'assets'),
          model: at('./fixtures/model'),
          resnet: at('../dist'),
        },
        { 'favicon.ico': '' },
      );
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      try {
        await page.goto(`${server.origin}/site/index.html`);
        const picker = page.locator('resnet-predictor input[type=file]');
        await picker.setInputFiles(at('./fixtures/images/exif-6.jpg'));
        const output = page.locator('output');
        await output.filter({ hasText: '%' }).waitFor({ timeout: 60_000 });
        expect(await output.textContent()).toBe('dill, 46 %');
        expect(await page.locator('resnet-predictor [part=label]').allTextContents()).toEqual([
          'dill',
          'elder',
          'cedar',
        ]);
        expect(problems).toEqual([]);
      } finally {
        await page.close();
        await server.close();
      }
    },
  );
});
