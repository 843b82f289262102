import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

import { FileError } from './errors.ts';
import { hasCode } from './system-errors.ts';

export const lockName = '.lock';

/** The locks of this process. */
const heldHere = new Set<string>();

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/**
 * Takes a run folder for this process, so that two runs never write into one. The lock of a
 * process that is gone (killed, or the machine restarted) is taken over.
 *
 * @returns the function that gives the folder back; calling it twice does nothing
 * @throws {FileError} FOLDER_IN_USE while another process holds the folder
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, lockName);
  const owner: Owner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const content = `${JSON.stringify(owner)}\n`;
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(path, content, { flag: 'wx' });
      break;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
    const held = read(path);
    if (held === undefined) continue; // given back just now
    if (attempt > 3 || isAlive(path, held.owner)) throw inUse(folder, path, held.owner);
    takeAway(path, held.text);
  }
  heldHere.add(path);
  const release = (): void => {
    if (!heldHere.delete(path)) return;
    process.off('exit', release);
    if (read(path)?.text === content) rmSync(path, { force: true });
  };
  // Also when a second Ctrl-C ends the process at once.
  process.on('exit', release);
  return release;
}

/** Removes a dead process's lock, unless a third process has already replaced it by its own. */
function takeAway(path: string, stale: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') === stale) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function read(path: string): { text: string; owner: Owner | undefined } | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return { text, owner: isOwner(value) ? value : undefined };
  } catch {
    return { text, owner: undefined }; // cut while it was written
  }
}

function isOwner(value: unknown): value is Owner {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'host' in value &&
    typeof value.host === 'string'
  );
}

/** On another machine (a shared disk) a process cannot be looked up: it counts as alive. */
function isAlive(path: string, owner: Owner | undefined): boolean {
  if (owner === undefined) return false;
  if (owner.host !== hostname()) return true;
  // A dead process's number may be ours by now, in a container above all.
  if (owner.pid === process.pid) return heldHere.has(path);
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

function inUse(folder: string, path: string, owner: Owner | undefined): FileError {
  const who = owner === undefined ? 'another run' : `process ${owner.pid} on ${owner.host}`;
  return new FileError('FOLDER_IN_USE', `${folder} is in use: ${who} is writing to it.`, {
    hint: `Wait for it, or choose another place. If it runs no more, delete ${path}.`,
  });
}
