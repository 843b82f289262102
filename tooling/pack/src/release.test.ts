import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { commitAll, copyWorkspace, gitIdentity } from './copy-workspace.ts';
import { readTar } from './read-tar.ts';
import { startRegistry, type Registry } from './registry.ts';
import { runOk } from './run.ts';
import { publicPackages, readManifest, root } from './workspace.ts';

// What the release workflow does, in a copy of the repository and to a registry of our own.
const folder = mkdtempSync(join(tmpdir(), 'resnet-release-'));
const copy = join(folder, 'copy');
const home = join(folder, 'home');
const packages = publicPackages();
const changeset = join(root, 'node_modules/.bin/changeset');
const sentence = 'A change that this test makes up.';
beforeAll(async () => {
  mkdirSync(home);
  await copyWorkspace(copy);
  writeFileSync(
    join(copy, '.changeset/made-up.md'),
    `---\n'@resnet/random': minor\n---\n\n${sentence}\n`,
  );
  await commitAll(copy);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const versionIn = (repository: string, path: string): string =>
  readManifest(join(repository, path)).version;

describe('changeset version', () => {
  const changelog = (path: string): string =>
    readFileSync(join(copy, path, 'CHANGELOG.md'), 'utf8');

  it('uses up the changesets', async () => {
    await runOk(changeset, ['version'], { cwd: copy });
    expect(readdirSync(join(copy, '.changeset')).toSorted()).toEqual(['README.md', 'config.json']);
    await commitAll(copy);
  });

  it('gives all public packages one new version, and writes changelogs', () => {
    const version = versionIn(copy, 'packages/random');
    expect(version).not.toBe(versionIn(root, 'packages/random'));
    for (const { path } of packages) {
      expect({ path, version: versionIn(copy, path) }).toEqual({ path, version });
      expect(changelog(path)).toContain(`## ${version}\n`);
    }
    expect(changelog('packages/random')).toContain(sentence);
  });

  it('leaves private packages alone', () => {
    expect(versionIn(copy, 'tooling/pack')).toBe(versionIn(root, 'tooling/pack'));
  });
});

describe('changeset publish', () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
    const { host } = new URL(registry.url);
    // The token is what pnpm asks for before it publishes; this registry takes any.
    writeFileSync(join(copy, '.npmrc'), `registry=${registry.url}\n//${host}/:_authToken=none\n`);
  });
  afterAll(() => registry.close());

  it('publishes the public packages and no others', async () => {
    await runOk(changeset, ['publish', '--no-git-tag'], {
      cwd: copy,
      // A home without anybody's credentials: whatever goes wrong, nothing can leave the machine.
      env: {
        ...gitIdentity,
        HOME: home,
        XDG_CONFIG_HOME: home,
        npm_config_registry: registry.url,
        npm_config_userconfig: join(home, '.npmrc'),
        NPM_TOKEN: '',
      },
    });
    expect([...registry.published.keys()].toSorted()).toEqual(
      packages.map(({ manifest }) => manifest.name).toSorted(),
    );
  });

  it('publishes them built, with the versions of each other that are published with them', () => {
    for (const [name, { manifest, tarball }] of registry.published) {
      const archive = join(folder, 'published.tgz');
      writeFileSync(archive, tarball);
      expect([...readTar(archive).keys()]).toContain('dist/index.js');
      for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
        const published = registry.published.get(dependency)?.manifest.version;
        if (!dependency.startsWith('@resnet/')) continue;
        expect({ name, dependency, range }).toEqual({ name, dependency, range: `^${published}` });
      }
    }
  });
});

describe('the release workflow', () => {
  const workflow = readFileSync(join(root, '.github/workflows/release.yml'), 'utf8');
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  );

  it('runs scripts that exist and end in these commands', () => {
    const [, version] = /version: pnpm (\S+)/.exec(workflow) ?? [];
    const [, publish] = /publish: pnpm (\S+)/.exec(workflow) ?? [];
    expect(scripts[version!]).toMatch(/changeset version$/);
    expect(scripts[publish!]).toMatch(/turbo run build --force && changeset publish$/);
  });
});
