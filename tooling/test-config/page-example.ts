import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium, type Browser } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { describeBrowser } from './describe-browser.ts';
import { serveStatic } from './static-server.ts';

const web = (path: string): string =>
  fileURLToPath(new URL(`../../apps/web/${path}`, import.meta.url));

/**
 * Builds an example page (where it has a build), opens it in a Chromium, hands it an image, and expects
 * the predictor's answer in its `<output>`.
 *
 * @param root the example's folder
 */
export function testPageExample(root: string, { isBuilt }: { readonly isBuilt: boolean }): void {
  describeBrowser('the page', ({ executable, args }) => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath: executable, args: [...args] });
    });
    afterAll(async () => {
      await browser.close();
    });

    it('is right about an image', async () => {
      if (isBuilt) await build({ root, logLevel: 'error' });
      const site = isBuilt ? join(root, 'dist') : root;
      const server = await serveStatic(
        {
          site,
          assets: join(site, 'assets'),
          model: web('test/fixtures/model'),
          resnet: web('dist'),
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
        await picker.setInputFiles(web('test/fixtures/images/exif-6.jpg'));
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
    }, 120_000);
  });
}
