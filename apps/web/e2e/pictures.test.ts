import { readFile } from 'node:fs/promises';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { drop, picture, results, useSite } from './support/browser.ts';
import { labels } from './support/models.ts';

/** The whole number of pictures that a grid shows, and their first classes. */
const cards = '.card';

describeBrowser('pictures come in', (chromium) => {
  const site = useSite(chromium);

  test('by choosing one: its classes, a map, and how long it took', async () => {
    const { page, close } = await site.open();
    await page.setInputFiles('#choose-pictures', picture('exif-6.jpg'));
    const rows = await results(page);
    expect(rows.map(({ label }) => label).sort()).toEqual([...labels].sort());
    const shares = rows.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(99);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThan(101);
    expect(await page.textContent('#stage-name')).toBe('exif-6.jpg');
    expect(await page.textContent('#time')).toMatch(/^Last prediction: [\d.]+ m?s$/);
    // A screen reader is told, once nothing newer comes.
    await page
      .getByRole('status')
      .filter({ hasText: `exif-6.jpg: ${rows[0]?.label}` })
      .waitFor();
    await close();
  });

  test('a click on a class shows its map, another hides it', async () => {
    const { page, close } = await site.open();
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    const rows = await results(page);
    const pixels = (): Promise<string> =>
      page.$eval('canvas#map', (map) => (map instanceof HTMLCanvasElement ? map.toDataURL() : ''));
    await page.waitForSelector('#seen:visible');
    const first = await pixels();
    const last = page.locator('.result', { hasText: rows.at(-1)?.label ?? '' });
    await last.click();
    await page.waitForSelector('.result[aria-pressed="true"] >> nth=0');
    expect(await last.getAttribute('aria-pressed')).toBe('true');
    await page.waitForFunction((before) => {
      const map = document.querySelector('canvas');
      return map?.toDataURL() !== before;
    }, first);
    await page.waitForFunction(
      (label) => document.querySelector('#map-caption')?.textContent?.includes(label ?? ''),
      rows.at(-1)?.label,
    );
    await last.click();
    expect(await last.getAttribute('aria-pressed')).toBe('false');
    expect(await page.isVisible('#seen')).toBe(false);
    await close();
  });

  test('the map lies on what the net saw, and the rest is dimmed', async () => {
    const { page, close } = await site.open();
    await page.setInputFiles('#choose-pictures', picture('large.jpg'));
    await results(page);
    await page.waitForSelector('#seen:visible');
    const [frame, seen] = await Promise.all(
      ['#frame', '#seen'].map((selector) => page.locator(selector).boundingBox()),
    );
    if (!frame || !seen) throw new Error('no picture');
    // The tests' model looks at 0.875 of the shorter side, in the middle.
    const side = 0.875 * Math.min(frame.width, frame.height);
    expect(seen.width / side).toBeCloseTo(1, 1);
    expect(seen.height / side).toBeCloseTo(1, 1);
    expect(seen.x + seen.width / 2).toBeCloseTo(frame.x + frame.width / 2, -1);
    expect(await page.textContent('#map-caption')).toContain('not dimmed');
    await close();
  });

  test('by dropping: a picture, and a folder of them', async () => {
    const { page, close } = await site.open();
    await drop(page, picture('lossy.webp'));
    expect(await results(page)).toHaveLength(labels.length);
    await drop(page, picture(''));
    await page.waitForSelector('#gallery:visible');
    await page.waitForSelector('#grid-progress', { state: 'hidden' });
    // The folder's 26 pictures and the one before.
    expect(await page.textContent('#gallery-title')).toMatch(/^2\d pictures/);
    await close();
  });

  test('by pasting', async () => {
    const { page, close } = await site.open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.evaluate(async () => {
      const canvas = document.createElement('canvas');
      canvas.getContext('2d')?.fillRect(0, 0, 100, 100);
      const blob = await new Promise<Blob | null>((resolve) => {
        canvas.toBlob(resolve);
      });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob ?? '' })]);
    });
    await page.keyboard.press('Control+V');
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });

  test('by a sample', async () => {
    const { page, close } = await site.open();
    await page.getByRole('button', { name: 'sunflower' }).click();
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });

  test('before the model is there: they wait for it', async () => {
    const { page, close } = await site.open({ ready: false });
    await page.setInputFiles('#choose-pictures', [picture('alpha.png'), picture('grey.jpg')]);
    await page.waitForSelector('.card[data-state="done"] >> nth=1');
    expect(await page.locator(cards).count()).toBe(2);
    await close();
  });

  test('what is none is said, and the rest goes on', async () => {
    const { page, close } = await site.open();
    const text = new URL('./pictures.test.ts', import.meta.url).pathname;
    await drop(page, text);
    expect(await page.textContent('.notices .notice')).toContain('Not a picture');
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.setInputFiles('#choose-pictures', broken);
    await page.waitForSelector('#stage-state:visible');
    expect(await page.textContent('#stage-state')).toContain('This picture cannot be read');
    expect(await page.locator('.notices .notice').count()).toBe(0);
    await page.setInputFiles('#choose-pictures', picture('flat.png'));
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});

describeBrowser('several pictures', (chromium) => {
  const site = useSite(chromium);
  const names = ['exif-1.jpg', 'alpha.png', 'grey.jpg', 'palette.png'];

  test('are sorted, searched, filtered, opened and downloaded', async () => {
    const { page, close } = await site.open({ acceptDownloads: true });
    const broken = { name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
    await page.setInputFiles('#choose-pictures', names.map(picture));
    await page.setInputFiles('#choose-pictures', broken);
    await page.getByRole('button', { name: 'All pictures' }).click();
    await page.waitForSelector('#grid-progress', { state: 'hidden' });
    expect(await page.textContent('#gallery-title')).toBe('5 pictures, 1 could not be read');
    const shown = (): Promise<string[]> => page.locator('.card-name').allTextContents();
    expect(await shown()).toEqual([...names, 'broken.png']);

    await page.selectOption('#grid-sort', 'name');
    expect(await shown()).toEqual([
      'alpha.png',
      'broken.png',
      'exif-1.jpg',
      'grey.jpg',
      'palette.png',
    ]);
    await page.selectOption('#grid-sort', 'sure');
    const shares = await page.locator('.card-verdict span').allTextContents();
    const numbers = shares.filter((text) => text !== '').map((text) => Number.parseFloat(text));
    expect(numbers).toEqual([...numbers].sort((a, b) => b - a));

    await page.fill('#grid-search', 'al');
    expect((await shown()).sort()).toEqual(['alpha.png', 'palette.png']);
    await page.fill('#grid-search', 'nothing like it');
    expect(await page.isVisible('#cards-none')).toBe(true);
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.selectOption('#grid-filter', 'failed');
    expect(await shown()).toEqual(['broken.png']);
    await page.selectOption('#grid-filter', 'all');
    await page.selectOption('#grid-sort', 'added');

    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
    const text = await readFile(await download.path(), 'utf8');
    const rows = text
      .trimEnd()
      .split('\r\n')
      .map((row) => row.split(','));
    expect(rows[0]).toEqual(['file', 'rank', 'label', 'probability']);
    expect(rows).toHaveLength(1 + names.length * labels.length);
    expect([...new Set(rows.slice(1).map(([name]) => name))]).toEqual(names);
    const sum = rows
      .slice(1, 1 + labels.length)
      .reduce((total, [, , , share]) => total + Number(share), 0);
    expect(sum).toBeCloseTo(1, 4);

    await page.locator(cards).nth(1).click();
    expect(await page.textContent('#stage-name')).toBe('alpha.png');
    expect(await page.textContent('#position')).toBe('2 / 5');
    await page.keyboard.press('ArrowRight');
    expect(await page.textContent('#stage-name')).toBe('grey.jpg');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#gallery:visible');
    // Who comes back stands where they left.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('grey.jpg');
    await page.locator('#gallery').getByRole('button', { name: 'Start over' }).click();
    await page.waitForSelector('#empty-view:visible');
    await close();
  });
});
