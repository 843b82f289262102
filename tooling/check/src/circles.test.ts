import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { arrows } from './arrows.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const oxlint = join(root, 'node_modules/.bin/oxlint');

/** The files that the linter finds on a circle of imports, below `paths` of `folder`. */
function filesOnCircles(folder: string, paths: readonly string[]): string[] {
  const { stdout } = spawnSync(oxlint, ['--format', 'json', ...paths], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const report: { diagnostics: { code: string; filename: string; help?: string }[] } =
    JSON.parse(stdout);
  return report.diagnostics
    .filter(({ code }) => code.includes('no-cycle'))
    .map(({ filename }) => filename)
    .toSorted();
}

describe('circles of imports', () => {
  let sandbox = '';
  beforeAll(() => {
    sandbox = mkdtempSync(join(tmpdir(), 'resnet-circles-'));
    writeFileSync(join(sandbox, '.oxlintrc.json'), readFileSync(join(root, '.oxlintrc.json')));
    const files = {
      // Types alone, over three files.
      'a.ts': "import type { B } from './b.ts';\nexport interface A { readonly b?: B }\n",
      'b.ts': "import type { C } from './c.ts';\nexport interface B { readonly c?: C }\n",
      'c.ts': "import type { A } from './a.ts';\nexport interface C { readonly a?: A }\n",
      // Through what a file exports from another.
      'index.ts': "export { value } from './value.ts';\nexport const other = 1;\n",
      'value.ts': "import { other } from './index.ts';\nexport const value: number = other;\n",
      'free.ts': "import { value } from './value.ts';\nexport const free: number = value;\n",
    };
    for (const [name, text] of Object.entries(files)) {
      const file = join(sandbox, 'packages/kernels/src', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  });
  afterAll(() => rmSync(sandbox, { recursive: true, force: true }));

  it('are seen, those of types and of re-exports too', () => {
    expect(filesOnCircles(sandbox, ['packages'])).toEqual(
      ['a', 'b', 'c', 'index', 'value'].map((name) => `packages/kernels/src/${name}.ts`),
    );
  });

  it('are nowhere in the repository', () => {
    expect(filesOnCircles(root, ['packages', 'apps', 'tooling', 'examples'])).toEqual([]);
  });

  it('are nowhere between packages', () => {
    const above = (folder: string, path: readonly string[]): string[][] => {
      if (path.includes(folder)) return [[...path, folder]];
      const { ours } = arrows[folder] ?? { ours: [] };
      return ours.flatMap((name) => above(`packages/${name}`, [...path, folder]));
    };
    expect(Object.keys(arrows).flatMap((folder) => above(folder, []))).toEqual([]);
  });
});
