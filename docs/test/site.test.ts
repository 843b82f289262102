import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const docs = fileURLToPath(new URL('../', import.meta.url));

describe('the site', () => {
  let out = '';
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'resnet-site-'));
    const vitepress = join(docs, 'node_modules/vitepress/bin/vitepress.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [vitepress, 'build', '--outDir', out],
      { cwd: docs, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
    );
    // It fails on dead links too. Stale docs/api? pnpm run docs
    expect(status, `${stdout}\n${stderr}`).toBe(0);
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it('has the guide, the packages, the API and the performance as pages', () => {
    const pages = readdirSync(out, { recursive: true, encoding: 'utf8' });
    expect(pages).toEqual(
      expect.arrayContaining([
        'index.html',
        'CONTRIBUTING.html',
        'docs/guide/getting-started.html',
        'docs/guide/concepts.html',
        'docs/api/index.html',
        'docs/api/@resnet/model.html',
        'docs/performance/demo.html',
        'packages/model/index.html',
        'apps/cli/index.html',
        'examples/node-server/index.html',
        'tooling/bench/index.html',
      ]),
    );
  });

  it('loads nothing from elsewhere', () => {
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' });
    const loaded = files.flatMap((file) => {
      if (!/\.(?:html|css)$/.test(file)) return [];
      const text = readFileSync(join(out, file), 'utf8');
      const urls = text.matchAll(
        /(?:<script[^>]* src="|<link[^>]* href="|<img[^>]* src="|url\(["']?|@import ["'])(https?:[^"')]+)/g,
      );
      return Array.from(urls, ([, url]) => `${file}: ${url}`);
    });
    expect(loaded).toEqual([]);
  });
});
