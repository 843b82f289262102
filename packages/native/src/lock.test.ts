import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, vi } from 'vitest';

import { sandbox } from '../test/sandbox.ts';
import { withLock } from './lock.ts';

const gone = 2 ** 22 + 1; // above the largest process id of Linux

function lockPath(): string {
  return join(sandbox(), 'lock');
}

describe('withLock', () => {
  it('lets one work at a time, and tells the other that it waits', async () => {
    const path = lockPath();
    const order: string[] = [];
    const onWait = vi.fn<() => void>();
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await sleep(50);
      order.push(`${name} ends`);
    };
    const first = withLock(path, work('a'));
    await sleep(10);
    await Promise.all([first, withLock(path, work('b'), { pollMs: 5, onWait })]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(onWait).toHaveBeenCalledTimes(1);
    expect(existsSync(path)).toBe(false);
  });

  it('is released when the work fails', async () => {
    const path = lockPath();
    const failing = withLock(path, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(path)).toBe(false);
  });

  it('takes over at once from a process of this machine that is gone', async () => {
    const path = lockPath();
    writeFileSync(path, JSON.stringify({ host: hostname(), pid: gone, token: 'old' }));
    const onWait = vi.fn<() => void>();
    await expect(withLock(path, async () => 'done', { onWait })).resolves.toBe('done');
    expect(onWait).not.toHaveBeenCalled();
  });

  it.each([
    ['of another machine', JSON.stringify({ host: 'elsewhere', pid: 1, token: 'old' })],
    ['cut off while it was written', '{"ho'],
  ])('takes over a lock %s once its heartbeat has stopped', async (_, content) => {
    const path = lockPath();
    writeFileSync(path, content);
    const minuteAgo = Date.now() / 1000 - 60;
    utimesSync(path, minuteAgo, minuteAgo);
    const work = (): Promise<string> => Promise.resolve('done');
    await expect(withLock(path, work, { staleMs: 30_000 })).resolves.toBe('done');
  });

  it('keeps away while the heartbeat goes on', async () => {
    const path = lockPath();
    writeFileSync(path, JSON.stringify({ host: 'elsewhere', pid: 1, token: 'other' }));
    const signal = AbortSignal.timeout(60);
    const work = vi.fn<() => Promise<void>>();
    await expect(withLock(path, work, { signal, pollMs: 5 })).rejects.toThrow(/abort/i);
    expect(work).not.toHaveBeenCalled();
    expect(existsSync(path)).toBe(true);
  });

  it('touches its lock while it works', async () => {
    const path = lockPath();
    const slow = withLock(path, () => sleep(150, 'slow'), { staleMs: 60 });
    await sleep(20);
    const order: string[] = [];
    const second = withLock(path, async () => order.push('second'), { staleMs: 60, pollMs: 5 });
    await slow.then(() => order.push('slow'));
    await second;
    expect(order).toEqual(['slow', 'second']);
  });
});
