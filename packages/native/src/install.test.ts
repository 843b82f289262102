import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import {
  fakePython,
  fakeWheel,
  sandbox,
  write,
  type FakePython,
  type FakeWheel,
} from '../test/sandbox.ts';
import { cachePaths, type CachePaths } from './cache.ts';
import { install, type InstallOptions } from './install.ts';
import { withLock } from './lock.ts';

interface Setting extends FakeWheel {
  readonly folder: string;
  readonly paths: CachePaths;
  readonly python: FakePython;
  readonly options: InstallOptions;
}

function setting(): Setting {
  const folder = sandbox();
  const fake = fakeWheel(folder);
  const python = fakePython(folder, { source: fake.source });
  const paths = cachePaths(fake.target, join(folder, 'cache'));
  const options = { pythons: [python.path], force: false, complete: async () => undefined };
  return { ...fake, folder, paths, python, options };
}

const library = (paths: CachePaths): string =>
  join(paths.installation, 'tensorflow', 'libtensorflow_cc.so.2');

describe('install', () => {
  it('publishes a whole installation and clears up', async () => {
    const { target, paths, options, wheel } = setting();
    await expect(install(target, paths, options)).resolves.toBe(true);
    expect(readFileSync(library(paths), 'utf8')).toBe('the library');
    expect(JSON.parse(readFileSync(join(paths.installation, 'manifest.json'), 'utf8'))).toEqual({
      id: target.id,
      version: '9.9.0',
      variant: 'cpu',
      wheels: [{ file: wheel.file, sha256: wheel.sha256 }],
    });
    expect(readdirSync(paths.downloads)).toEqual([]);
  });

  it('does nothing the second time, and all of it when forced', async () => {
    const { target, paths, options, python } = setting();
    await install(target, paths, options);
    await expect(install(target, paths, options)).resolves.toBe(false);
    expect(python.downloads()).toHaveLength(1);
    await expect(install(target, paths, { ...options, force: true })).resolves.toBe(true);
    expect(python.downloads()).toHaveLength(2);
    expect(existsSync(library(paths))).toBe(true);
  });

  it('shows nothing of an installation that could not be completed, and goes on from its download', async () => {
    const { target, paths, options, python } = setting();
    const complete = (): Promise<never> => Promise.reject(new Error('no compiler'));
    await expect(install(target, paths, { ...options, complete })).rejects.toThrow('no compiler');
    expect(existsSync(paths.installation)).toBe(false);
    await expect(install(target, paths, options)).resolves.toBe(true);
    expect(python.downloads()).toHaveLength(1);
  });

  it('keeps the installation that is there when a forced one fails', async () => {
    const { target, paths, options } = setting();
    await install(target, paths, options);
    const complete = (): Promise<never> => Promise.reject(new Error('no compiler'));
    const forced = install(target, paths, { ...options, force: true, complete });
    await expect(forced).rejects.toThrow('no compiler');
    expect(existsSync(library(paths))).toBe(true);
  });

  it('replaces a folder that is no installation', async () => {
    const { target, paths, options } = setting();
    write(library(paths), 'half of it');
    await expect(install(target, paths, options)).resolves.toBe(true);
    expect(readFileSync(library(paths), 'utf8')).toBe('the library');
  });

  it('asks for disk space before anything is downloaded', async () => {
    const { target, paths, options, python } = setting();
    const huge = { ...target, neededMegabytes: 1e12 };
    await expect(install(huge, paths, options)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringContaining(paths.root) as unknown,
    });
    expect(python.downloads()).toEqual([]);
  });

  it('recovers from a process that was killed while it downloaded and held the lock', async () => {
    const { target, paths, options, folder } = setting();
    const hanging = fakePython(join(folder, 'hanging'), { hangs: true });
    const built = (file: string): string =>
      fileURLToPath(new URL(`../dist/${file}`, import.meta.url));
    const code = `
      const { withLock } = await import(${JSON.stringify(built('lock.js'))});
      const { install } = await import(${JSON.stringify(built('install.js'))});
      const options = { pythons: [${JSON.stringify(hanging.path)}], force: false };
      const { target, paths } = ${JSON.stringify({ target, paths })};
      await withLock(paths.lock, () => install(target, paths, options));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      detached: true, // a group, for the fake pip to go with it
      stdio: 'ignore',
    });
    while (hanging.downloads().length === 0) await sleep(20);
    expect(existsSync(paths.lock)).toBe(true);
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await once(child, 'close');
    expect(existsSync(paths.staging)).toBe(true);

    await withLock(paths.lock, () => install(target, paths, options));
    expect(existsSync(library(paths))).toBe(true);
    expect(existsSync(join(paths.staging, 'pip'))).toBe(false);
  });
});
