import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { lockFolder, lockName } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'resnet-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets one in at a time', () => {
  const release = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(/is in use: process \d+ on/);
  release();
  release();
  expect(readdirSync(folder)).toEqual([]);
  lockFolder(folder)();
});

it('does not take a folder from a living process, nor from another machine', () => {
  const lock = { pid: process.ppid, host: hostname(), since: '' };
  writeFileSync(join(folder, lockName), JSON.stringify(lock));
  expect(() => lockFolder(folder)).toThrow(`process ${process.ppid}`);
  writeFileSync(join(folder, lockName), JSON.stringify({ ...lock, pid: 1e9, host: 'elsewhere' }));
  expect(() => lockFolder(folder)).toThrow('on elsewhere');
});

it('takes over what a dead process left', async () => {
  const dead = spawn(process.execPath, ['-e', '']);
  await once(dead, 'exit');
  writeFileSync(
    join(folder, lockName),
    JSON.stringify({ pid: dead.pid, host: hostname(), since: '' }),
  );
  const release = lockFolder(folder);
  expect(readdirSync(folder)).toEqual([lockName]);
  release();
  expect(existsSync(join(folder, lockName))).toBe(false);
});

it('takes over a lock that was cut while it was written', () => {
  writeFileSync(join(folder, lockName), '{"pid": 1');
  lockFolder(folder)();
  expect(readdirSync(folder)).toEqual([]);
});
