import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Headless, with WebGPU: on SwiftShader where there is no GPU. */
export function startChromium() {
  const executablePath =
    process.env.RESNET_CHROMIUM ??
    (process.env.PATH ?? '')
      .split(delimiter)
      .flatMap((folder) => names.map((name) => join(folder, name)))
      .find((file) => existsSync(file));
  if (executablePath === undefined) {
    throw new Error('no Chromium on the PATH; install one or set RESNET_CHROMIUM to its path');
  }
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath, args: [...sandbox, '--enable-unsafe-webgpu'] });
}
