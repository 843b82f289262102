import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describeBrowser } from '@resnet/test-config/describe-browser';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { isolationHeaders } from '../build/shared.ts';
import { serveStatic, type StaticServer } from '@resnet/test-config/static-server';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const folders = { dist: at('../dist'), fixtures: at('./fixtures') };
const answers: Record<string, { probabilities: number[] }> = JSON.parse(
  readFileSync(at('./fixtures/answers.json'), 'utf8'),
);

/** As strict as it can be: no inline script or style, no eval beyond wasm, no third party. */
const policy = (models: string, scripts = "'self'"): string =>
  `default-src 'none'; script-src ${scripts} 'wasm-unsafe-eval'; worker-src ${scripts}; connect-src 'self' ${models}; style-src 'none'`;

const page = (script: string, model: string, backend: string): string =>
  `<!doctype html><html lang="en"><title>Embedded</title><script type="module" src="${script}"></script>` +
  `<h1>Somebody’s page</h1><resnet-predictor model="${model}" backend="${backend}" map></resnet-predictor>`;

describeBrowser('the package from a script tag', ({ executable, args }) => {
  let browser: Browser;
  let models: StaticServer;
  const servers: StaticServer[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executable,
      args: [...args, '--enable-unsafe-webgpu'],
    });
    models = await serveStatic(
      folders,
      {},
      {
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
      },
    );
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  afterAll(async () => {
    await browser.close();
    await models.close();
  });

  interface Visit {
    readonly page: Page;
    readonly hosts: Set<string>;
    readonly problems: string[];
  }

  /** Opens a page, waits for its element, and watches what it asks for and complains of. */
  async function visit(
    headers: (own: string) => Record<string, string>,
    pageOf: (own: string) => string,
  ): Promise<Visit> {
    const pages: Record<string, string> = {};
    const sent: Record<string, string> = {};
    const server = await serveStatic(folders, pages, sent);
    servers.push(server);
    Object.assign(sent, headers(server.origin));
    pages['page'] = pageOf(server.origin);
    pages['favicon.ico'] = '';
    const context = await browser.newContext();
    const opened = await context.newPage();
    const hosts = new Set<string>();
    const problems: string[] = [];
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (protocol !== 'blob:') hosts.add(origin);
    });
    opened.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) problems.push(message.text());
    });
    opened.on('pageerror', (error) => problems.push(error.message));
    await opened.goto(`${server.origin}/page`);
    await opened.waitForFunction(
      () => document.querySelector('resnet-predictor')!.predictor !== undefined,
      undefined,
      { timeout: 60_000 },
    );
    return { page: opened, hosts, problems };
  }

  async function expectRight({ page: opened }: Visit, picture: string): Promise<void> {
    await opened.evaluate((name) => {
      const element = document.querySelector('resnet-predictor')!;
      const image = new URL(`/fixtures/images/${name}`, location.href).href;
      return element.classify(image).then(() => undefined);
    }, picture);
    const labels = await opened.locator('resnet-predictor [part=label]').allTextContents();
    const { probabilities } = answers[picture]!;
    const names = ['amber', 'birch', 'cedar', 'dill', 'elder'];
    const order = names.toSorted(
      (a, b) => probabilities[names.indexOf(b)]! - probabilities[names.indexOf(a)]!,
    );
    expect(labels).toEqual(order);
  }

  const detail = ({ page: opened }: Visit): Promise<string> =>
    opened.evaluate(() => document.querySelector('resnet-predictor')!.predictor!.backend.detail);

  it.each(['wasm', 'webgpu'])(
    '%s works under a strict policy, and asks nobody but its own host and the model’s',
    async (backend) => {
      const seen = await visit(
        () => ({ 'content-security-policy': policy(models.origin) }),
        () => page('/dist/index.js', `${models.origin}/fixtures/model/`, backend),
      );
      await expectRight(seen, 'exif-6.jpg');
      await expectRight(seen, 'display-p3.png');
      expect(await detail(seen)).toBe(backend === 'wasm' ? 'SIMD, 1 thread' : 'google swiftshader');
      const own = new URL(seen.page.url()).origin;
      expect([...seen.hosts].sort()).toEqual([own, models.origin].sort());
      expect(seen.problems).toEqual([]);
      await seen.page.context().close();
    },
  );

  it('uses threads where the page is isolated and blobs may be workers', async () => {
    const seen = await visit(
      () => ({
        ...isolationHeaders,
        'content-security-policy': policy(models.origin, "'self' blob:"),
      }),
      () => page('/dist/index.js', `${models.origin}/fixtures/model/`, 'wasm'),
    );
    await expectRight(seen, 'exif-3.jpg');
    expect(await detail(seen)).toMatch(/^SIMD, [2-8] threads$/);
    expect(seen.problems).toEqual([]);
    await seen.page.context().close();
  });

  it('does with one thread where the policy forbids blobs on an isolated page', async () => {
    const seen = await visit(
      () => ({ ...isolationHeaders, 'content-security-policy': policy(models.origin) }),
      () => page('/dist/index.js', `${models.origin}/fixtures/model/`, 'wasm'),
    );
    await expectRight(seen, 'grey.jpg');
    expect(await detail(seen)).toBe('SIMD, 1 thread');
    await seen.page.context().close();
  });

  it('works from another origin, as from a CDN', async () => {
    const seen = await visit(
      () => ({}),
      () => page(`${models.origin}/dist/index.js`, '/fixtures/model/', 'auto'),
    );
    await expectRight(seen, 'alpha.png');
    expect(seen.problems).toEqual([]);
    await seen.page.context().close();
  });
});
