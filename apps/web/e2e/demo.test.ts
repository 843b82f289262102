import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { modelReady, results, useSite } from './support/browser.ts';

const samples: Readonly<Record<string, string>> = {
  tiger: 'animals-and-nature',
  strawberry: 'food-and-drink',
  sailboat: 'travel-and-places',
  'smiling face with sunglasses': 'smileys-and-emotion',
  owl: 'animals-and-nature',
  hamburger: 'food-and-drink',
  'red heart': 'smileys-and-emotion',
  sunflower: 'animals-and-nature',
};

describeBrowser('the page as it is built', (chromium) => {
  const site = useSite(chromium, { demo: true });

  test('knows most of its samples, which its model has not seen', async () => {
    const { page, close } = await site.open();
    const asked = site.server.requests.filter((request) => request.includes('/models/demo/'));
    expect(asked.length).toBeGreaterThan(0);
    const answers: Record<string, string | undefined> = {};
    for (const name of Object.keys(samples)) {
      // Samples are offered where there is no picture yet.
      await page.reload();
      await modelReady(page);
      await page.getByRole('button', { name, exact: true }).click();
      const rows = await results(page);
      expect(rows).toHaveLength(4);
      answers[name] = rows[0]?.label;
    }
    const right = Object.entries(samples).filter(([name, label]) => answers[name] === label);
    expect(right.length, `right of ${JSON.stringify(answers)}`).toBeGreaterThanOrEqual(6);
    await close();
  });
});
