import type { BrowserCommand } from 'vitest/node';

/** Ends Chromium's GPU process, as a driver that crashes does: every device is lost. */
export const crashGpu: BrowserCommand = async ({ context }) => {
  const browser = context.browser();
  if (browser === null) throw new Error('the context has no browser');
  const session = await browser.newBrowserCDPSession();
  // The process ends before it can answer.
  await session.send('Browser.crashGpuProcess').catch(() => undefined);
  await session.detach();
};
