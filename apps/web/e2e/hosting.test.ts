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
      'Content-Security-Policy': `${contentSecurityPolicy} blob:; frame-ancestors 'none'`.replace(
        "worker-src 'self'",
        "worker-src 'self' blob:",
      ),
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    },
  });

  test('the page is isolated, and works', async () => {
    const { page, close } = await site.open();
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
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
    const blocked = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.inline = true';
      document.head.append(script);
      const elsewhere = await fetch('https://elsewhere.example/').catch(() => 'refused');
      return [Reflect.get(globalThis, 'inline'), elsewhere, globalThis.violations.length];
    });
    expect(blocked).toEqual([undefined, 'refused', 2]);
    await page.context().close();
    void close;
  });
});
