import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Chromium to start: what Playwright calls `executablePath` and `args`. */
export interface Chromium {
  readonly executable: string;
  /** What it needs on this machine: as root its sandbox does not start. */
  readonly args: readonly string[];
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/**
 * The Chromium of this machine: RESNET_CHROMIUM where it is set, else the first on the PATH under
 * one of its usual names; or what is missing, in words. Playwright's own download is not used.
 *
 * Imports nothing of vitest, so that a vitest.config.ts can call it: by a relative path, as Node
 * itself, which gets the packages that a configuration imports, reads no TypeScript.
 */
export function findChromium(): Chromium | { readonly missing: string } {
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

/** Whether RESNET_REQUIRE_BROWSER=1 promises a Chromium here: a missing one is then a failure. */
export function isBrowserRequired(): boolean {
  return !['', '0', undefined].includes(process.env.RESNET_REQUIRE_BROWSER);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
