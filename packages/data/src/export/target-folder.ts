import { readdir, realpath, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { DataError } from '../errors.ts';
import { plural } from '../text.ts';
import { hasCode } from '@resnet/files';
import { isRecord, markOf, type MadeFiles } from './made-files.ts';
import { locate } from '../dataset/manifest-file.ts';

/** Begins the name of the hidden folder that a run works in; its process number follows. */
export const stagePrefix = '.resnet-split-';

/**
 * @param root the folder that is split, links resolved
 * @param into absolute
 * @throws {DataError} when files cannot go there
 */
export async function checkTarget(root: string, into: string, force: boolean): Promise<void> {
  const real = await realpath(await nearestExisting(into));
  const target = join(real, relative(await nearestExisting(into), into));
  if (target === root || target.startsWith(root + sep)) {
    throw new DataError('TARGET_INVALID', `\`into\` ${into} lies inside the folder that is split`, {
      hint: 'Its subsets would be taken for classes next time: choose a folder outside of it.',
    });
  }
  let names: string[];
  try {
    names = await readdir(into);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    if (hasCode(error, 'ENOTDIR'))
      throw new DataError('TARGET_INVALID', `\`into\` ${into} is a file, not a folder`);
    throw error;
  }
  const others = [];
  for (const name of names) {
    if (name.startsWith(stagePrefix) && (await sweepStage(into, name))) continue;
    others.push(name);
  }
  if (others.length > 0 && !force) {
    const ours = others.some(isRecord);
    throw new DataError(
      'TARGET_INVALID',
      `\`into\` ${into} is not empty: it holds ${plural(others.length, 'entry', 'entries')}`,
      {
        hint: ours
          ? 'An earlier split is there; `force` replaces what that one made and keeps all else.'
          : 'Choose an empty or a new folder; `force` adds to this one and removes nothing of it.',
      },
    );
  }
}

/** Removes what a killed run left; refuses while that run is alive. */
async function sweepStage(into: string, name: string): Promise<boolean> {
  const pid = Number(name.slice(stagePrefix.length));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid !== process.pid && isAlive(pid)) {
    throw new DataError(
      'TARGET_BUSY',
      `Another resnet split (process ${pid}) is writing to ${into}`,
      {
        hint: 'Wait until it ends, or choose another folder.',
      },
    );
  }
  await rm(join(into, name), { recursive: true, force: true });
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Files in a folder that we did not make, or that were changed since. */
export async function findForeign(into: string, ours: MadeFiles): Promise<string[]> {
  const foreign: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(locate(into, folder), { withFileTypes: true }).catch(
      (error: unknown) => {
        if (hasCode(error, 'ENOENT')) return [];
        throw error;
      },
    );
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (folder === '' && (isRecord(entry.name) || entry.name.startsWith(stagePrefix))) continue;
      if (entry.isDirectory()) await walk(path);
      else if (ours.get(path) !== (await markOf(locate(into, path)))) foreign.push(path);
    }
  };
  await walk('');
  return foreign;
}

/** The folder itself, or the nearest above it that is there. */
export async function nearestExisting(path: string): Promise<string> {
  if ((await markOf(path)) !== undefined || dirname(path) === path) return path;
  return nearestExisting(dirname(path));
}
