/** A Chromium to start: what Playwright calls `executablePath` and `args`. */
export interface Chromium {
  readonly executable: string;
  /** What it needs on this machine: as root its sandbox does not start. */
  readonly args: readonly string[];
}

/**
 * The Chromium of this machine: RESNET_CHROMIUM where it is set, else the first on the PATH under
 * one of its usual names; or what is missing, in words. Playwright's own download is not used.
 */
export declare function findChromium(): Chromium | { readonly missing: string };

/** Whether RESNET_REQUIRE_BROWSER=1 promises a Chromium here: a missing one is then a failure. */
export declare function isBrowserRequired(): boolean;
