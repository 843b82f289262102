import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { modelReady, results, useSite } from './support/browser.ts';
import { labels } from './support/models.ts';

describeBrowser('offline', (chromium) => {
  const site = useSite(chromium);

  test('the second visit needs no network', async () => {
    const { page, close } = await site.open({ serviceWorkers: 'allow' });
    const firstVisit = [...site.server.requests];
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
    // Of wasm's builds only the one that is used was fetched.
    expect(firstVisit.filter((request) => request.endsWith('.wasm')).length).toBeLessThanOrEqual(1);
    await site.server.close();
    await page.reload();
    await modelReady(page);
    await page.getByRole('button', { name: 'strawberry' }).click();
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});
