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

  it('links to headings that exist', () => {
    const ids = new Map<string, ReadonlySet<string>>();
    const idsOf = (page: string): ReadonlySet<string> => {
      const text = readFileSync(join(out, page), 'utf8');
      const known =
        ids.get(page) ?? new Set(Array.from(text.matchAll(/ id="([^"]+)"/g), ([, id]) => id!));
      ids.set(page, known);
      return known;
    };
    const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.html'),
    );
    const broken = pages.flatMap((page) => {
      const text = readFileSync(join(out, page), 'utf8');
      return Array.from(text.matchAll(/<a [^>]*href="([^"]+)"/g), ([, href]) => href!).filter(
        (href) => {
          const { origin, pathname, hash } = new URL(href, `http://site/${page}`);
          if (origin !== 'http://site' || hash === '') return false;
          const path = decodeURIComponent(pathname).slice(1);
          const target = path.endsWith('.html')
            ? path
            : path === '' || path.endsWith('/')
              ? `${path}index.html`
              : `${path}.html`;
          return !idsOf(target).has(decodeURIComponent(hash.slice(1)));
        },
      );
    });
    expect(broken).toEqual([]);
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
