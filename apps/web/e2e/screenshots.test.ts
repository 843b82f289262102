import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { picture, results, useSite } from './support/browser.ts';

/** Ignored by git: to be looked at. */
const folder = new URL('./screenshots/', import.meta.url).pathname;

const views = [
  ['light', 1280],
  ['dark', 1280],
  ['light', 768],
  ['dark', 360],
] as const;

describeBrowser('screenshots', (chromium) => {
  const site = useSite(chromium);

  test.each(views)('%s, %d pixels wide: every view fits', async (colorScheme, width) => {
    mkdirSync(folder, { recursive: true });
    const viewport = { width, height: width < 600 ? 740 : 800 };
    const { page, close } = await site.open({
      colorScheme,
      viewport,
      reducedMotion: 'reduce',
      permissions: ['camera'],
    });
    const shoot = async (view: string): Promise<void> => {
      const path = join(folder, `${view}-${colorScheme}-${width}.png`);
      await page.screenshot({ path, fullPage: true });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${view}: pixels too wide`).toBeLessThanOrEqual(0);
    };
    await shoot('empty');
    await page.getByRole('button', { name: 'sailboat' }).click();
    await results(page);
    await shoot('picture');
    await page.click('#model-button');
    await shoot('model');
    await page.keyboard.press('Escape');
    const names = ['large.jpg', 'exif-1.jpg', 'narrow.png', 'photo.avif', 'one-pixel.png'];
    await page.setInputFiles('#choose-pictures', names.map(picture));
    await page.waitForSelector('#grid-progress', { state: 'hidden' });
    await shoot('gallery');
    await page.locator('#gallery').getByRole('button', { name: 'Camera' }).click();
    await page.waitForSelector('.result-share');
    await shoot('camera');
    await close();
  });
});
