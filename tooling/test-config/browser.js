// Plain JavaScript, as configurations and benchmarks import it too, outside of vitest.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @import { Chromium } from './browser.d.ts' */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** @returns {Chromium | { readonly missing: string }} */
export function findChromium() {
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const chosen = process.env.RESNET_CHROMIUM;
  if (chosen) {
    return isExecutable(chosen)
      ? { executable: chosen, args }
      : { missing: `RESNET_CHROMIUM is ${chosen}, which cannot be run` };
  }
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const executable = join(folder, name);
      if (folder !== '' && isExecutable(executable)) return { executable, args };
    }
  }
  return {
    missing: `no ${names.join(', ')} on the PATH; install one or set RESNET_CHROMIUM to its path`,
  };
}

export function isBrowserRequired() {
  return !['', '0', undefined].includes(process.env.RESNET_REQUIRE_BROWSER);
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
