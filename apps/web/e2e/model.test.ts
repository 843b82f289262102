import { describeBrowser } from '@resnet/test-config/describe-browser';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { built, drop, modelReady, picture, results, useSite } from './support/browser.ts';
import {
  hostileLabels,
  labels,
  model,
  models,
  runFolder,
  served,
  withClasses,
} from './support/models.ts';
import { serve, type Server } from './support/serve.ts';

const { label_names: theirs }: { label_names: readonly string[] } = JSON.parse(
  models.relabelled.config,
);

async function loadAddress(page: Page, address: string): Promise<void> {
  await page.click('#model-button');
  await page.fill('#model-url', address);
  await page.press('#model-url', 'Enter');
}

async function refusal(page: Page): Promise<string> {
  await page.waitForSelector('#model-error:visible');
  return (await page.textContent('#model-error')) ?? '';
}

describeBrowser("a model of one's own", (chromium) => {
  const site = useSite(chromium, {
    files: new Map([
      ...served('/models/relabelled/', models.relabelled),
      ...served('/models/hostile/', models.hostile),
      ...served('/models/huge/', models.huge),
      ...served('/models/many/', withClasses(150)),
      ...served('/models/cut/', models.cut),
      ...served('/models/nan/', models.notANumber),
    ]),
  });

  test('from a run folder that is dropped; what was open is classified again', async () => {
    const { page, close } = await site.open();
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    const before = await results(page);
    await drop(page, runFolder(models.relabelled));
    await page.waitForFunction(
      (name) => document.querySelector('.result-label')?.textContent === name,
      theirs[labels.indexOf(before[0]?.label ?? '')],
    );
    const after = await results(page);
    expect(after.map(({ share }) => share)).toEqual(before.map(({ share }) => share));
    expect(await page.textContent('#model-note')).toBe('pictures, 5 classes');
    await page.click('#model-button');
    await page.getByRole('button', { name: 'Back to the demo model' }).click();
    await page.waitForFunction(
      (name) => document.querySelector('.result-label')?.textContent === name,
      before[0]?.label,
    );
    await close();
  });

  test('from a folder that is chosen, and from two files', async () => {
    const { page, close } = await site.open();
    const folder = runFolder(models.relabelled);
    await page.setInputFiles('#choose-folder', folder);
    await page.waitForFunction(() =>
      document.querySelector('#model-name')?.textContent?.startsWith('resnet-run-'),
    );
    await modelReady(page);
    await page.setInputFiles('#choose-model', [
      `${folder}/config.json`,
      `${folder}/model.safetensors`,
    ]);
    await page.waitForFunction(
      () => document.querySelector('#model-name')?.textContent === 'model',
    );
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    expect((await results(page)).map(({ label }) => label).sort()).toEqual([...theirs].sort());
    await close();
  });

  test('half of one is said', async () => {
    const { page, close } = await site.open();
    await drop(page, `${runFolder(models.relabelled)}/config.json`);
    expect(await page.textContent('.notices .notice')).toContain('half a model');
    await close();
  });

  test('from an address, and by a link', async () => {
    const { page, close } = await site.open({ path: '?model=models/relabelled/' });
    expect(await page.textContent('#model-name')).toBe('relabelled');
    await loadAddress(page, `${site.server.url}models/hostile/config.json`);
    await page.waitForFunction(
      () => document.querySelector('#model-name')?.textContent === 'hostile',
    );
    await close();
  });

  test('of many classes a few are listed, and any is found', async () => {
    const { page, close } = await site.open({ path: '?model=/models/many/' });
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    expect(await results(page)).toHaveLength(5);
    await page.getByRole('button', { name: 'All 150 classes' }).click();
    await page.getByRole('searchbox', { name: 'Find a class' }).fill('kind 149');
    await page.locator('.result', { hasText: 'kind 149' }).click();
    await page.locator('#map-caption', { hasText: '“kind 149”' }).waitFor();
    await page.getByRole('button', { name: 'Fewer classes' }).click();
    expect(await page.locator('.result').count()).toBe(5);
    await close();
  });

  test('hostile labels are text, whole in the tooltip and cut in the list', async () => {
    const { page, close } = await site.open({ path: '?model=/models/hostile/' });
    await page.setInputFiles('#choose-pictures', [picture('exif-1.jpg'), picture('grey.jpg')]);
    await page.waitForSelector('.card[data-state="done"] >> nth=1');
    await page.locator('.card').first().click();
    const rows = await results(page);
    expect(rows.map(({ label }) => label).sort()).toEqual([...hostileLabels].sort());
    await page.click('#model-button');
    // None became an element, and none widened the page.
    expect(
      await page.locator('main img[src="x"], main script, dialog img, dialog script').count(),
    ).toBe(0);
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    ).toBeLessThanOrEqual(0);
    await close();
  });

  test.each([
    ['huge', 'too large for a browser'],
    ['cut', 'cannot be used'],
    ['nan', 'cannot be used'],
    ['none', 'No model there'],
  ])('%s is refused with words, and the model in use stays', async (name, words) => {
    const { page, close } = await site.open();
    await loadAddress(page, `/models/${name}/`);
    expect(await refusal(page)).toContain(words);
    await page.click('#model-close');
    expect(await page.textContent('#model-name')).toBe('Demo model');
    await page.getByRole('button', { name: 'owl' }).click();
    expect((await results(page)).map(({ label }) => label).sort()).toEqual([...labels].sort());
    await close();
  });

  test('an address that is none is refused at once', async () => {
    const { page, close } = await site.open();
    await loadAddress(page, 'ftp://example.org/model');
    expect(await page.textContent('#model-url-error')).toContain('not by ftp');
    expect(await page.getAttribute('#model-url', 'aria-invalid')).toBe('true');
    await close();
  });

  test('where the first model cannot be had, the page says so and tries again', async () => {
    const { page, close } = await site.open({ path: '?model=/models/none/', ready: false });
    await page.waitForSelector('.notices .error');
    await page.getByRole('button', { name: 'owl' }).click();
    await page.getByText('Without a model').waitFor();
    await drop(page, runFolder(model()));
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});

describeBrowser('a model that comes slowly', (chromium) => {
  const site = useSite(chromium, {
    weightRate: 60_000,
    files: new Map(served('/models/relabelled/', models.relabelled)),
  });

  test('shows how much of it is there, and can be cancelled', async () => {
    const { page, close } = await site.open({ ready: false });
    await page.waitForFunction(() =>
      /\d+ kB of 115 kB/.test(document.querySelector('#load-text')?.textContent ?? ''),
    );
    const bar = page.getByRole('progressbar', { name: /Loading the model/ });
    expect(Number(await bar.getAttribute('value'))).toBeGreaterThan(0);
    await modelReady(page);
    expect(await page.isVisible('#load-progress')).toBe(false);
    await loadAddress(page, '/models/relabelled/');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await modelReady(page);
    expect(await page.textContent('#model-name')).toBe('Demo model');
    expect(await page.isVisible('#model-error')).toBe(false);
    await close();
  });
});

describeBrowser('a model of another origin', (chromium) => {
  const site = useSite(chromium);
  let host: Server;
  let closed: Server;
  beforeAll(async () => {
    const files = new Map(served('/relabelled/', models.relabelled));
    host = await serve(built, { files, headers: { 'access-control-allow-origin': '*' } });
    closed = await serve(built, { files });
  });
  afterAll(async () => {
    await Promise.all([host.close(), closed.close()]);
  });

  test('is taken where it allows that, and else refused with words', async () => {
    const allowed = [host, closed].map(({ url }) => new URL(url).origin);
    const { page, close } = await site.open({ allowed });
    await loadAddress(page, `${host.url}relabelled/`);
    await page.waitForFunction(
      () => document.querySelector('#model-name')?.textContent === 'relabelled',
    );
    await loadAddress(page, `${closed.url}relabelled/`);
    expect(await refusal(page)).toContain('No model there');
    // Nothing but the two files, and no word of the pictures.
    expect(
      new Set(host.requests.map((request) => request.replace(/^(HEAD|OPTIONS)/, 'GET'))),
    ).toEqual(new Set(['GET /relabelled/config.json', 'GET /relabelled/model.safetensors']));
    await close();
  });
});
