import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';

import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { filterProblems } from '@arethetypeswrong/core/problems';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readTar } from './read-tar.ts';
import { packAll, type Tarball } from './tarballs.ts';
import { publicPackages, readManifest, root, type Manifest } from './workspace.ts';

const names = publicPackages().map(({ manifest }) => manifest.name);
const folder = mkdtempSync(join(tmpdir(), 'resnet-pack-'));
let tarballs: readonly Tarball[] = [];
beforeAll(async () => {
  tarballs = await packAll(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('is preceded by the build of every public package', () => {
  const declared = readManifest(join(root, 'tooling/pack')).devDependencies ?? {};
  const missing = names.filter((name) => declared[name] === undefined);
  expect(missing, 'missing from devDependencies in tooling/pack/package.json').toEqual([]);
});

describe.each(names)('%s', (name) => {
  let file = '';
  let files: ReadonlyMap<string, Buffer> = new Map();
  let manifest: Manifest;
  beforeAll(() => {
    file = tarballs.find((tarball) => tarball.manifest.name === name)!.file;
    files = readTar(file);
    manifest = JSON.parse(text('package.json'));
  });
  const text = (path: string): string => files.get(path)!.toString('utf8');

  it('passes publint --strict', async () => {
    const { buffer } = new Uint8Array(readFileSync(file));
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('has types that resolve as its modules do (are-the-types-wrong, ESM only)', async () => {
    const analysis = await checkPackage(createPackageFromTarballData(readFileSync(file)), {
      excludeEntrypoints: [/\.json$/],
    });
    expect(analysis.types).toEqual({ kind: 'included' });
    if (analysis.types === false) return;
    const problems = (['node16-esm', 'bundler'] as const).flatMap((resolutionKind) =>
      filterProblems(analysis, { resolutionKind }),
    );
    expect(problems).toEqual([]);
  });

  it('names versions, not the workspace', () => {
    const { dependencies, optionalDependencies, peerDependencies } = manifest;
    const ranges = { ...dependencies, ...optionalDependencies, ...peerDependencies };
    const odd = Object.entries(ranges).filter(([, range]) => !/^[\^~]?\d+\.\d+\.\d+$/.test(range));
    expect(odd).toEqual([]);
  });

  it('installs where the download of tfjs-node-gpu cannot be reached', () => {
    // Its install script fetches TensorFlow 2.9.1; where that fails, npm gives up on the whole
    // installation, unless the package is optional.
    expect(Object.keys(manifest.dependencies ?? {})).not.toContain('@tensorflow/tfjs-node-gpu');
    const isPeer = manifest.peerDependencies?.['@tensorflow/tfjs-node-gpu'] !== undefined;
    const meta = manifest.peerDependenciesMeta?.['@tensorflow/tfjs-node-gpu'];
    expect(meta?.optional ?? !isPeer).toBe(true);
  });

  it('holds what it needs and no tests', () => {
    const paths = [...files.keys()];
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/index.js']),
    );
    expect(paths.filter((path) => /\.test\.|(^|\/)(test|fixtures)\//.test(path))).toEqual([]);
  });

  it('maps every module, and types where it holds their sources, back to what was written', () => {
    const hasSources = [...files.keys()].some((path) => path.startsWith('src/'));
    const modules = [...files.keys()].filter(
      (path) =>
        (/^dist\/.*\.js$/.test(path) && !isReexport(text(path))) ||
        (hasSources && /^dist\/.*\.d\.ts$/.test(path)),
    );
    expect(modules.length).toBeGreaterThan(0);
    const lost = modules.flatMap((path) => {
      const link = /^\/\/# sourceMappingURL=(\S+)$/m.exec(text(path))?.[1];
      const map = link && posix.join(posix.dirname(path), link);
      if (!map || !files.has(map)) return [`${path}: no map`];
      const { sources, sourcesContent = [] }: SourceMap = JSON.parse(text(map));
      return sources
        .filter((source, i) => {
          const file = posix.join(posix.dirname(map), source);
          return !files.has(file) && typeof sourcesContent[i] !== 'string';
        })
        .map((source) => `${path}: ${source}`);
    });
    expect(lost, 'of files since removed? pnpm run clean:dist, and build again').toEqual([]);
  });
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** Whether a module only hands on what others export: bundlers write no map for one. */
function isReexport(code: string): boolean {
  const lists = /(?:import|export)\s*\{[^}]*\}\s*(?:from\s*(["'])[^"']+\1)?;?/g;
  return code.replaceAll(lists, '').trim() === '';
}
