import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { picture, results, useSite } from './support/browser.ts';
import { labels } from './support/models.ts';

describeBrowser('backends', (chromium) => {
  const site = useSite(chromium);

  test('are switched by hand and give the same answers', async () => {
    const { page, close } = await site.open();
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    const before = await results(page);
    const [started, other] = (await page.isChecked('#backend-wasm'))
      ? (['wasm', 'webgpu'] as const)
      : (['webgpu', 'wasm'] as const);
    await page.click(`label:has(#backend-${other})`);
    await page.waitForFunction((name) => {
      const input = document.querySelector<HTMLInputElement>(`#backend-${name}`);
      return input?.checked && !input.disabled;
    }, other);
    const detail = await page.textContent('#backend-detail');
    // Headless Chromium's WebGPU is SwiftShader: the page says that it is slow.
    expect(detail).toMatch(other === 'webgpu' ? /software: slow/ : /SIMD/);
    await page.waitForFunction(() => !document.querySelector('#results[aria-busy="true"]'));
    const after = await results(page);
    expect(after.map(({ label }) => label)).toEqual(before.map(({ label }) => label));
    for (const [i, { share }] of after.entries()) {
      expect(Math.abs(share - (before[i]?.share ?? 0)), 'percent points').toBeLessThanOrEqual(0.2);
    }
    // And a new picture is classified on it.
    await page.setInputFiles('#choose-pictures', picture('grey.jpg'));
    await results(page);
    expect(await page.isChecked(`#backend-${started}`)).toBe(false);
    await close();
  });

  test('without WebGPU the page runs on wasm, and says why it cannot be had', async () => {
    const { page, close } = await site.open({
      before: () => Reflect.deleteProperty(Navigator.prototype, 'gpu'),
    });
    expect(await page.isChecked('#backend-wasm')).toBe(true);
    expect(await page.isDisabled('#backend-webgpu')).toBe(true);
    expect(await page.textContent('#backend-detail')).toContain('no WebGPU');
    await page.getByRole('button', { name: 'tiger' }).click();
    await results(page);
    await close();
  });
});

describeBrowser('where WebGPU has no adapter', (chromium) => {
  const site = useSite(chromium, { webgpu: false });

  test('choosing it is refused with words, and wasm stays', async () => {
    const { page, close } = await site.open();
    expect(await page.isChecked('#backend-wasm')).toBe(true);
    await page.click('label:has(#backend-webgpu)');
    await page.waitForSelector('.notices .error');
    expect(await page.isChecked('#backend-wasm')).toBe(true);
    await page.getByRole('button', { name: 'tiger' }).click();
    expect(await results(page)).toHaveLength(labels.length);
    await close();
  });
});
