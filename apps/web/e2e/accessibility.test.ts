import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';

import { picture, results, useSite } from './support/browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe-core finds fault with, of any weight. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations }: { violations: readonly Violation[] } = await Reflect.get(
      globalThis,
      'axe',
    ).run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.map(
      ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`,
    );
  });
}

describeBrowser('for everyone', (chromium) => {
  const site = useSite(chromium);

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'axe-core finds nothing in any view, %s, %d pixels wide',
    async (colorScheme, width) => {
      const viewport = { width, height: 800 };
      const { page, close } = await site.open({
        colorScheme,
        viewport,
        permissions: ['camera'],
        reducedMotion: 'reduce',
      });
      const found: Record<string, string[]> = {};
      const look = async (view: string): Promise<void> => {
        found[view] = await faults(page);
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - innerWidth,
        );
        if (overflow > 0) found[view]?.push(`${overflow} pixels too wide`);
      };
      await look('empty');
      await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
      await results(page);
      await look('picture');
      await page.setInputFiles('#choose-pictures', [picture('grey.jpg'), picture('large.jpg')]);
      await page.setInputFiles('#choose-pictures', {
        name: 'broken.png',
        mimeType: 'image/png',
        buffer: Buffer.from('no picture'),
      });
      await page.waitForSelector('#stage-state:visible');
      await look('broken');
      await page.getByRole('button', { name: 'All pictures' }).click();
      await page.waitForSelector('#grid-progress', { state: 'hidden' });
      await look('gallery');
      await page.setInputFiles('#choose-pictures', {
        name: 'notes.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('words'),
      });
      await page.waitForSelector('.notices .notice');
      await look('notice');
      await page.click('#model-button');
      await page.fill('#model-url', 'ftp://example.org');
      await page.press('#model-url', 'Enter');
      await look('model');
      await page.keyboard.press('Escape');
      await page.locator('#gallery').getByRole('button', { name: 'Camera' }).click();
      await page.waitForSelector('.result-share');
      await look('camera');
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((view) => [view, []])));
      await close();
    },
  );

  test('all can be reached and done by keyboard', async () => {
    const { page, close } = await site.open();
    const focused = (): Promise<string> =>
      page.evaluate(
        () => document.activeElement?.textContent?.trim().replaceAll(/\s+/g, ' ') ?? '',
      );
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Choose pictures');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await results(page);
    // The view that opened has focus: its name is read out.
    expect(await focused()).toBe('tiger.png');
    await page.locator('.result').nth(1).focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('.result').nth(1).getAttribute('aria-pressed')).toBe('true');
    await page.locator('#model-button').focus();
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('model-button');
    await close();
  });

  test('the theme follows the system until one is chosen, which is kept', async () => {
    const { page, close } = await site.open({ colorScheme: 'dark' });
    const background = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.click('#theme-button');
    expect(await page.textContent('#theme-label')).toBe('Theme: light');
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    expect(await background()).toBe(light);
    await page.click('#theme-button');
    expect(await background()).toBe(dark);
    await close();
  });
});
