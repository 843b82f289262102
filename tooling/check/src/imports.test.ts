import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { withArrowTable } from './arrow-table.js';
import { arrows } from './arrows.js';
import { isArrow, oxlintOverrides } from './oxlint-overrides.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const oxlint = join(root, 'node_modules/.bin/oxlint');

/** What each folder that has no way out of the rule may import besides its own files. */
const allowed = Object.fromEntries(
  Object.entries(arrows)
    .filter(([, { others = [] }]) => !others.includes('*'))
    .map(([folder, { ours, others = [], node = false }]) => [
      folder,
      [...ours.map((name) => `@resnet/${name}`), ...others, ...(node ? ['node:fs'] : [])],
    ]),
);
const candidates = [
  ...new Set([
    ...Object.keys(arrows).map((folder) => `@resnet/${folder.split('/')[1]}`),
    ...Object.values(allowed).flat(),
    'node:fs',
    'sharp',
  ]),
];

describe('import directions', () => {
  let sandbox = '';
  beforeAll(() => {
    sandbox = mkdtempSync(join(tmpdir(), 'resnet-imports-'));
    writeFileSync(join(sandbox, '.oxlintrc.json'), readFileSync(join(root, '.oxlintrc.json')));
  });
  afterAll(() => rmSync(sandbox, { recursive: true, force: true }));

  it('knows every package and app', () => {
    const folders = ['packages', 'apps'].flatMap((parent) =>
      readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
    );
    expect(Object.keys(arrows).toSorted()).toEqual(folders.toSorted());
  });

  // If these fail: pnpm --filter @resnet/check run arrows
  it('is what the linter enforces, and what CONTRIBUTING.md says', () => {
    const config: { overrides: object[] } = JSON.parse(
      readFileSync(join(root, '.oxlintrc.json'), 'utf8'),
    );
    expect(config.overrides.filter(isArrow)).toEqual(oxlintOverrides());
    const guide = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    expect(withArrowTable(guide)).toBe(guide);
  });

  it.each(Object.keys(allowed))('lets %s import what it may and nothing else', (path) => {
    const folder = join(sandbox, path, 'src');
    mkdirSync(folder, { recursive: true });
    const lines = ['./own.ts', '../src/own.ts', ...candidates].map(
      (source, i) => `import * as m${i} from '${source}';\nexport const v${i}: unknown = m${i};`,
    );
    writeFileSync(join(folder, 'probe.ts'), `${lines.join('\n')}\n`);
    const { stdout } = spawnSync(oxlint, ['--format', 'json', path], {
      cwd: sandbox,
      encoding: 'utf8',
    });
    const report: { diagnostics: { code: string; message: string }[] } = JSON.parse(stdout);
    const refused = report.diagnostics
      .filter(({ code }) => code.includes('no-restricted-imports'))
      .map(({ message }) => /'([^']+)' import is restricted/.exec(message)?.[1]);
    expect(new Set(refused)).toEqual(
      new Set(candidates.filter((source) => !allowed[path]!.includes(source))),
    );
  });

  it.each(Object.keys(allowed))('lets %s declare only what it may import', (path) => {
    const manifest: Record<
      'dependencies' | 'peerDependencies',
      Record<string, string> | undefined
    > = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    const declared = [
      ...Object.keys(manifest.dependencies ?? {}),
      ...Object.keys(manifest.peerDependencies ?? {}),
    ];
    expect(declared.filter((source) => !allowed[path]!.includes(source))).toEqual([]);
  });
});

describe('the repository', () => {
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
    .split('\0')
    .filter(Boolean);

  it('names no package registry and no path of a machine', () => {
    // Spelled in parts, so that this file does not name them either.
    const hosts = [
      ['registry', 'npmjs'],
      ['files', 'pythonhosted'],
      ['pypi', 'org'],
      ['deb', 'debian'],
    ];
    const pattern = hosts.map((parts) => parts.join('\\.')).join('|');
    const hits = spawnSync('git', ['grep', '-nIE', pattern], { cwd: root, encoding: 'utf8' });
    expect(hits.stdout).toBe('');
  });

  it('holds nothing over 5 MB', () => {
    const large = tracked.filter((file) => {
      try {
        return readFileSync(join(root, file)).byteLength > 5 * 1024 * 1024;
      } catch {
        return false;
      }
    });
    expect(large).toEqual([]);
  });
});
