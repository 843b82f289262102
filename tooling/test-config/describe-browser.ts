import { describe, expect, it } from 'vitest';

import { findChromium, isBrowserRequired, type Chromium } from './browser.js';

/**
 * A suite that needs a Chromium. Where there is none, a single test stands for it, named after what
 * is missing; it passes, unless RESNET_REQUIRE_BROWSER=1 promises one.
 */
export function describeBrowser(name: string, suite: (chromium: Chromium) => void): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's
  describe(name, () => {
    const found = findChromium();
    // oxlint-disable-next-line vitest/no-conditional-tests -- known only on the machine
    if ('missing' in found) {
      it(`the browser is missing: ${found.missing}`, () => {
        expect(isBrowserRequired(), 'RESNET_REQUIRE_BROWSER').toBe(false);
      });
      return;
    }
    suite(found);
  });
}
