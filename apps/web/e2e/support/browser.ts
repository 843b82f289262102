import type { Chromium } from '@resnet/test-config/browser';
import {
  chromium as playwright,
  type Browser,
  type BrowserContextOptions,
  type Page,
} from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';

import { serve, type ServeOptions, type Server } from './serve.ts';
import { demoFiles } from './models.ts';

/** The built page: `pnpm --filter @resnet/web build` writes it. */
export const built: string = new URL('../../dist-page', import.meta.url).pathname;

/** Pictures of the tests: what they are is told in test/fixtures. */
export function picture(name: string): string {
  return new URL(`../../test/fixtures/images/${name}`, import.meta.url).pathname;
}

/** Milliseconds: machines that render in software, and do other things beside, are slow. */
const patience = 120_000;

export interface OpenOptions extends BrowserContextOptions {
  readonly path?: string;
  /** Whether to wait until the model is ready; it is waited for unless false. */
  readonly ready?: boolean;
  /** Runs in the page before its own scripts. */
  readonly before?: () => void;
  /** Origins of models that the page may ask, beside its own. */
  readonly allowed?: readonly string[];
}

export interface OpenPage {
  readonly page: Page;
  /** Closes it, and fails where the page misbehaved: see {@link misdeeds}. */
  readonly close: () => Promise<void>;
}

export interface Site {
  readonly server: Server;
  readonly browser: Browser;
  open(options?: OpenOptions): Promise<OpenPage>;
}

export interface SiteOptions extends ServeOptions {
  readonly camera?: 'allowed' | 'asked';
  readonly webgpu?: boolean;
  /** Whether the model is the one that the page ships, in place of the tests'. */
  readonly demo?: boolean;
}

/** A host of the built page and a browser, for the tests of one file. */
export function useSite(
  { executable, args }: Chromium,
  { camera = 'allowed', webgpu = true, demo = false, ...options }: SiteOptions = {},
): Site {
  const site: { server?: Server; browser?: Browser } = {};
  beforeAll(async () => {
    site.server = await serve(built, {
      ...options,
      files: demo ? (options.files ?? new Map()) : demoFiles(options.files),
    });
    site.browser = await playwright.launch({
      executablePath: executable,
      args: [
        ...args,
        // Without it a headless Chromium has the interface of WebGPU, but no adapter.
        ...(webgpu ? ['--enable-unsafe-webgpu'] : []),
        '--use-fake-device-for-media-stream',
        ...(camera === 'allowed' ? ['--use-fake-ui-for-media-stream'] : []),
      ],
    });
  });
  afterAll(async () => {
    await site.browser?.close();
    await site.server?.close();
  });
  const get = <K extends keyof typeof site>(key: K): NonNullable<(typeof site)[K]> => {
    const value = site[key];
    if (!value) throw new Error(`the ${key} is not there before the tests run`);
    return value;
  };
  return {
    get server() {
      return get('server');
    },
    get browser() {
      return get('browser');
    },
    open: (openOptions = {}) => openPage(get('browser'), get('server'), openOptions),
  };
}

async function openPage(
  browser: Browser,
  server: Server,
  { path = '', ready = true, before, allowed = [], ...options }: OpenOptions,
): Promise<OpenPage> {
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const misdeeds = await watch(page, [new URL(server.url).origin, ...allowed]);
  if (before) await page.addInitScript(before);
  await page.goto(server.url + path);
  if (ready) await modelReady(page);
  return {
    page,
    close: async () => {
      const violations = await page.evaluate(() => globalThis.violations).catch(() => []);
      await context.close();
      expect([...misdeeds, ...violations], 'errors, violated policies, requests elsewhere').toEqual(
        [],
      );
    },
  };
}

declare global {
  // oxlint-disable-next-line no-var -- how a global is declared
  var violations: string[];
}

/** Notes what no page of ours may do: throw, break its policy, print, or ask another origin. */
async function watch(page: Page, origins: readonly string[]): Promise<string[]> {
  const misdeeds: string[] = [];
  await page.addInitScript(() => {
    globalThis.violations = [];
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      globalThis.violations.push(`policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    // Of Chromium (models that are not there or not allowed, what WebGPU it has) and Playwright.
    if (
      /Failed to load resource|blocked by CORS|Service Worker registration|WebGPU is experim|No available adapters/.test(
        text,
      )
    )
      return;
    misdeeds.push(`console: ${text}`);
  });
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['blob:', 'data:'].includes(url.protocol) || origins.includes(url.origin)) return;
    misdeeds.push(`request: ${request.url()}`);
  });
  return misdeeds;
}

export async function modelReady(page: Page): Promise<void> {
  await page.waitForSelector('#model-button[data-state="ready"]');
}

/** The classes that the page lists, with what it says of each. */
export async function results(page: Page): Promise<{ label: string; share: number }[]> {
  await page.waitForSelector('#results[aria-busy="false"] .result');
  return page.$$eval('.result', (rows) =>
    rows.map((row) => ({
      label: row.querySelector('.result-label')?.textContent ?? '',
      share: Number.parseFloat(
        row.querySelector('.result-share')?.textContent?.replace(/[<>]/, '') ?? '',
      ),
    })),
  );
}

/** Drops files or folders of this machine on the page, as a person does. */
export async function drop(page: Page, ...files: readonly string[]): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const data = { items: [], files: [...files], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await client.send('Input.dispatchDragEvent', { type, x: 200, y: 200, data });
  }
  await client.detach();
}
