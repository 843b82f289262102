import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { modelReady, results, useSite } from './support/browser.ts';
import { labels } from './support/models.ts';

describeBrowser('offline', (chromium) => {
  const site = useSite(chromium);

  test('a later visit needs no network, and no visit more than it uses', async () => {
    const { page, close } = await site.open({ serviceWorkers: 'allow' });
    // The page goes on being served by its worker once that has kept all files.
    await page.waitForFunction(
      async (backends) => {
        const names = await caches.keys();
        const shell = names.find((name) => name.startsWith('resnet-page-'));
        const keys = shell ? await (await caches.open(shell)).keys() : [];
        const kept = keys.map(({ url }) => url);
        const weights = await caches.match(new URL('models/demo/model.safetensors', location.href));
        return (
          backends.some((name) => kept.some((url) => url.includes(name))) && weights !== undefined
        );
      },
      ['wasm-worker', 'webgpu-worker'],
    );
    await page.evaluate(() => navigator.serviceWorker.ready);
    // On a visit with a network the page has all it needs: what its worker fetched, it fetched at once.
    await page.reload();
    await modelReady(page);
    await page.waitForTimeout(1000);
    // Of wasm's builds only the one that is used was fetched.
    const builds = site.server.requests.filter((request) => request.endsWith('.wasm'));
    expect(builds.length).toBeLessThanOrEqual(1);
    await site.server.close();
    await page.reload();
    await modelReady(page);
    await page.getByRole('button', { name: 'strawberry' }).click();
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});
