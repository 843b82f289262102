import { readFile } from 'node:fs/promises';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import type { Browser, Page } from 'playwright';
import { expect, test } from 'vitest';

import { drop, picture, results, useSite } from './support/browser.ts';
import { labels, models, runFolder } from './support/models.ts';

async function startCamera(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Use the camera' }).click();
  await page.waitForSelector('.result-share');
}

/** Waits until the camera has answered so often. */
async function countAnswers(page: Page, count: number): Promise<void> {
  await page.evaluate(async (wanted) => {
    const list = document.querySelector('#results');
    if (!list) return;
    await new Promise<void>((resolve) => {
      let seen = 0;
      // Told once for all changes that one answer makes.
      const observer = new MutationObserver(() => {
        seen += 1;
        if (seen < wanted) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(list, {
        subtree: true,
        childList: true,
        attributes: true,
        characterData: true,
      });
    });
  }, count);
}

/** Bytes of the page's heap, after what is no longer used was collected. */
async function heap(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  await client.detach();
  return usedSize;
}

/**
 * Bytes of shared memory that the pages' processes hold: where Chromium keeps bitmaps, and frames
 * that were drawn, and no heap shows them.
 */
async function sharedMemory(browser: Browser): Promise<number> {
  const client = await browser.newBrowserCDPSession();
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  await client.detach();
  const pages = processInfo.filter(({ type }) => type === 'renderer');
  const held = pages.map(async ({ id }) => {
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    const kibibytes = Number(/^RssShmem:\s+(\d+) kB$/m.exec(status)?.[1]);
    if (Number.isNaN(kibibytes)) throw new Error('this system does not tell of shared memory');
    return kibibytes * 1024;
  });
  return (await Promise.all(held)).reduce((sum, bytes) => sum + bytes, 0);
}

describeBrowser('the camera', (chromium) => {
  const site = useSite(chromium);

  test('classifies all the time, without growing, and is let go of', async () => {
    const { page, close } = await site.open({ permissions: ['camera'] });
    await startCamera(page);
    expect(await page.locator('.result').count()).toBe(labels.length);
    // Few classes keep their places while their bars move.
    expect(await page.locator('.result-label').allTextContents()).toEqual(labels);
    await countAnswers(page, 4);
    const before = { heap: await heap(page), shared: await sharedMemory(site.browser) };
    await countAnswers(page, 20);
    const after = { heap: await heap(page), shared: await sharedMemory(site.browser) };
    // An answer has five classes and a map: if they piled up, it would be more than this.
    expect(after.heap - before.heap, 'bytes in 20 answers').toBeLessThan(200_000);
    // A frame is 640 x 480 x 4 bytes: 25 MB in 20 answers, if they piled up.
    expect(after.shared - before.shared, 'shared bytes in 20 answers').toBeLessThan(8e6);

    await page.getByRole('button', { name: 'Stop the camera' }).click();
    await page.waitForSelector('#empty-view:visible');
    expect(await page.$eval('video', (video) => video.srcObject)).toBeNull();
    await close();
  });

  test('a map of a chosen class stays with it; a picture is kept', async () => {
    const { page, close } = await site.open({ permissions: ['camera'] });
    await startCamera(page);
    // Any class but the likeliest, which may change from frame to frame.
    const index = await page.$$eval('.result', (rows) => {
      const other = rows.findIndex((row) => row.getAttribute('aria-pressed') === 'false');
      if (rows[other] instanceof HTMLElement) rows[other].click();
      return other;
    });
    await page.locator('#map-caption', { hasText: `stays with “${labels[index]}”` }).waitFor();
    expect(await page.locator('.result').nth(index).getAttribute('aria-pressed')).toBe('true');
    // Another model, while the camera runs on, has its own names.
    await drop(page, runFolder(models.relabelled));
    await page.locator('.result-label', { hasText: 'north' }).waitFor();
    await page.getByRole('button', { name: 'Keep this picture' }).click();
    await page.waitForSelector('#picture:visible');
    expect(await page.textContent('#stage-name')).toMatch(/^Camera \d+/);
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});

describeBrowser('a camera that was left before it came', (chromium) => {
  const site = useSite(chromium);

  test('says nothing when it is refused then', async () => {
    const { page, close } = await site.open({
      before: () => {
        navigator.mediaDevices.getUserMedia = () =>
          new Promise((_, reject) => {
            Object.assign(globalThis, {
              refuse: () => reject(new DOMException('refused', 'NotAllowedError')),
            });
          });
      },
    });
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    await results(page);
    await page.getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('heading', { name: 'Starting the camera' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForSelector('#picture:visible');
    await page.evaluate(() => Reflect.get(globalThis, 'refuse')());
    expect(await page.textContent('#stage-name')).toBe('exif-1.jpg');
    expect(await page.isVisible('#stage-state')).toBe(false);
    await close();
  });
});

describeBrowser('a camera that is refused', (chromium) => {
  const site = useSite(chromium, { camera: 'asked' });

  test('is said, and tried again on request', async () => {
    const { page, close } = await site.open();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('heading', { name: 'The camera was not allowed' }).waitFor();
    expect(await page.isVisible('#map-controls')).toBe(false);
    await page.context().grantPermissions(['camera']);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.waitForSelector('.result-share');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#empty-view:visible');
    await close();
  });
});
