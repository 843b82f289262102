import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { docsFolder, reference } from './reference.js';

describe('the API reference', () => {
  let files: ReadonlyMap<string, string> = new Map();
  let warnings: readonly string[] = [];
  let undocumented: readonly string[] = [];
  beforeAll(async () => {
    ({ files, warnings, undocumented } = await reference());
  });

  it('has a page for each entry of each package, with text of its docstrings', () => {
    expect(files.get('@resnet/model.md')).toContain('The caller owns');
    expect(files.get('@resnet/model/onnx.md')).toContain('### writeOnnx()');
  });

  it('comes from docstrings that are rendered as they were meant', () => {
    expect(warnings).toEqual([]);
  });

  it('has a docstring for every export', () => {
    expect(undocumented).toEqual([]);
  });

  it('links to pages and headings that exist', () => {
    const anchors = new Map([...files].map(([path, text]) => [path, anchorsOf(text)]));
    const broken = [...files].flatMap(([path, text]) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([, page, anchor]) => {
        const target = !page ? path : posix.join(posix.dirname(path), page);
        if (!anchors.has(target)) return [`${path}: ${target}`];
        if (anchor === undefined || anchors.get(target)!.has(anchor)) return [];
        return [`${path}: ${target}#${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('is small', () => {
    const bytes = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(1_000_000);
  });

  it('is in docs/api as it is now: pnpm run docs writes it', () => {
    const written = readdirSync(docsFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const paths = written.map((file) => relative(docsFolder, file).replaceAll(sep, '/'));
    expect(paths.toSorted()).toEqual([...files.keys()].toSorted());
    const stale = paths.filter((path, i) => readFileSync(written[i]!, 'utf8') !== files.get(path));
    expect(stale).toEqual([]);
  });
});

/** The anchors of a page as GitHub makes them of its headings, and those given in HTML. */
function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => {
    const slug = heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  const given = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!);
  return new Set([...headings, ...given]);
}
