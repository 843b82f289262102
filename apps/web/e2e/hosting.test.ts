import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { contentSecurityPolicy } from '../build/page.ts';
import { isolationHeaders } from '../build/shared.ts';
import { results, useSite } from './support/browser.ts';
import { labels, model, served } from './support/models.ts';

const base = '/some/where/';

describeBrowser('a host with a sub-folder and all headers', (chromium) => {
  const site = useSite(chromium, {
    base,
    files: new Map(served(`${base}models/demo/`, model())),
    headers: {
      ...isolationHeaders,
      // As the README has it: the page's own, and with blob: what wasm's threads need in the worker.
      'Content-Security-Policy': `${contentSecurityPolicy
        .replace("script-src 'self'", "script-src 'self' blob:")
        .replace("worker-src 'self'", "worker-src 'self' blob:")}; frame-ancestors 'none'`,
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  });

  test('the page is isolated, and works', async () => {
    const { page, close } = await site.open();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    const threads = /(\d+) thread/.exec((await page.textContent('#backend-detail')) ?? '')?.[1];
    expect(Number(threads)).toBeGreaterThanOrEqual(Math.min(2, cores));
    await page.getByRole('button', { name: 'tiger' }).click();
    expect(await results(page)).toHaveLength(labels.length);
    for (const request of site.server.requests) expect(request).toMatch(/^\w+ \/some\/where\//);
    await close();
  });
});

describeBrowser('a host without any headers', (chromium) => {
  const site = useSite(chromium);

  test('the page is not isolated, and works; its policy is in the page', async () => {
    const { page, close } = await site.open();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    expect(await page.getAttribute('meta[http-equiv="Content-Security-Policy"]', 'content')).toBe(
      contentSecurityPolicy,
    );
    const outcome = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inline = true';
      document.head.append(script);
      const elsewhere = await fetch('https://elsewhere.example/').catch(() => 'refused');
      return [Reflect.get(globalThis, 'inline'), elsewhere];
    });
    expect(outcome).toEqual([undefined, 'refused']);
    await page.waitForFunction(() => globalThis.violations.length === 2);
    // That what is refused counts as a misdeed shows that the other tests would notice.
    await expect(close()).rejects.toThrow(/violated policies/);
  });
});
