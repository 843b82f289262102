import { describeBrowser } from '@resnet/test-config/describe-browser';
import { expect, test } from 'vitest';

import { picture, results, useSite } from './support/browser.ts';

/**
 * Tasks of the main thread over 50 ms, as the browser counts them. Software rendering, which
 * paints on the CPU, and a busy machine lengthen tasks in which no script of ours ran: so of a few
 * runs the best is judged.
 */
describeBrowser('the main thread', (chromium) => {
  const site = useSite(chromium);

  test('has no task over 50 ms because of a prediction', async () => {
    const { page, close } = await site.open({
      before: () => {
        const tasks: number[] = [];
        Object.assign(globalThis, { tasks });
        new PerformanceObserver((list) => {
          tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
        }).observe({ type: 'longtask', buffered: true });
      },
    });
    await page.setInputFiles('#choose-pictures', picture('exif-1.jpg'));
    await results(page);
    // The measure itself: a long task is noticed.
    await page.evaluate(() => {
      setTimeout(() => {
        const end = performance.now() + 120;
        while (performance.now() < end);
      });
    });
    await page.waitForFunction(() =>
      Reflect.get(globalThis, 'tasks').some((ms: number) => ms >= 110),
    );
    const runs: number[][] = [];
    for (let run = 0; run < 4; run += 1) {
      await page.waitForTimeout(300);
      await page.evaluate(() => Reflect.get(globalThis, 'tasks').splice(0));
      // A large photograph: decoding, resizing and the net, all of it in the worker.
      await page.setInputFiles(
        '#choose-pictures',
        picture(run % 2 === 0 ? 'large.jpg' : 'exif-6.jpg'),
      );
      await results(page);
      await page.waitForTimeout(300);
      runs.push(await page.evaluate(() => [...Reflect.get(globalThis, 'tasks')]));
    }
    const best = runs.reduce((a, b) => (a.length <= b.length ? a : b));
    expect(best, 'tasks over 50 ms, in ms').toEqual([]);
    await close();
  });
});
