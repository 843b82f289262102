import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { hasErrno } from './errors.ts';
import { withSignal } from './run.ts';

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called once when another process holds the lock. */
  readonly onWait?: (() => void) | undefined;
  /** How often to look again, in ms. */
  readonly pollMs?: number;
  /** A lock that its owner has not touched for so long, in ms, is left over. */
  readonly staleMs?: number;
}

interface Owner {
  readonly host: string;
  readonly pid: number;
  readonly token: string;
}

/**
 * Runs `work` while no other process does so under the same lock file. The lock of a process that
 * was killed is taken over: at once where its process id shows that it is gone, else when its
 * heartbeat has stopped. What the lock guards is published by renames, so that even a lock wrongly
 * taken over costs double work, never a broken result.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  { signal, onWait, pollMs = 500, staleMs = 60_000 }: LockOptions = {},
): Promise<T> {
  const owner: Owner = { host: hostname(), pid: process.pid, token: randomUUID() };
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await tryCreate(path, owner))) {
    if (await isStale(path, staleMs)) {
      await takeAway(path, owner.token);
      continue;
    }
    if (!told) onWait?.();
    told = true;
    await sleep(pollMs, undefined, withSignal(signal));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, staleMs / 6);
  heartbeat.unref();
  try {
    signal?.throwIfAborted();
    return await work();
  } finally {
    clearInterval(heartbeat);
    if ((await readOwner(path))?.token === owner.token) await rm(path, { force: true });
  }
}

async function tryCreate(path: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  const [owner, status] = await Promise.all([readOwner(path), stat(path).catch(() => undefined)]);
  if (status === undefined) return false; // released just now: try again
  if (owner?.host === hostname() && !isAlive(owner.pid)) return true;
  return Date.now() - status.mtimeMs > staleMs;
}

/** Two that find the same stale lock must not both remove it, the second one a fresh lock of the first. */
async function takeAway(path: string, token: string): Promise<void> {
  const aside = `${path}.${token}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    throw error;
  }
  await rm(aside, { force: true });
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner: Owner = JSON.parse(await readFile(path, 'utf8'));
    return owner;
  } catch {
    return undefined; // gone, or cut off while it was being written
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasErrno(error, 'EPERM'); // another user's
  }
}
