import { existsSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CachePaths } from './cache.ts';
import { makeFolder, requireSpace } from './disk.ts';
import { downloadWheel } from './download.ts';
import { manifestFile } from './installations.ts';
import type { Reporting } from './progress.ts';
import { findPython } from './python.ts';
import type { Target } from './targets.ts';
import { unpackWheel } from './unpack.ts';

export interface InstallOptions extends Reporting {
  /** Python interpreters to try, in this order. */
  readonly pythons: readonly string[];
  /** Replace what is installed. */
  readonly force: boolean;
  /** Completes the unpacked folder before it is published: builds the addon. */
  readonly complete: (folder: string) => Promise<unknown>;
}

/**
 * Downloads and unpacks a target into the cache, unless it is there. The caller holds the lock.
 * Everything is made in the staging folder and published by one rename: an installation that can
 * be seen is whole. Wheels that were downloaded before a run was cut off are not downloaded again.
 *
 * @returns whether anything had to be done
 */
export async function install(
  target: Target,
  paths: CachePaths,
  options: InstallOptions,
): Promise<boolean> {
  // Only the holder of the lock works there: what lies there was left by a process that was killed.
  await rm(paths.staging, { recursive: true, force: true });
  const manifest = join(paths.installation, manifestFile);
  if (existsSync(manifest) && !options.force) return false;

  const kept = await megabytesKept(target, paths);
  await requireSpace(paths.root, target.neededMegabytes - kept);
  const python = await findPython(options.pythons, options.signal);
  const tree = join(paths.staging, 'tree');
  await makeFolder(tree);
  for (const wheel of target.wheels) {
    const file = await downloadWheel(wheel, {
      ...options,
      python,
      downloads: paths.downloads,
      staging: paths.staging,
    });
    await unpackWheel(file, wheel, tree, target, options);
  }
  await options.complete(tree);
  const { id, version, variant } = target;
  const wheels = target.wheels.map(({ file, sha256 }) => ({ file, sha256 }));
  await writeFile(
    join(tree, manifestFile),
    `${JSON.stringify({ id, version, variant, wheels }, undefined, 2)}\n`,
    { flush: true },
  );
  if (existsSync(paths.installation)) {
    // Aside first: a process that has it loaded keeps its files, and nobody sees half of it.
    await rename(paths.installation, join(paths.staging, 'replaced'));
  }
  await rename(tree, paths.installation);
  for (const wheel of target.wheels) await rm(join(paths.downloads, wheel.file), { force: true });
  return true;
}

async function megabytesKept({ wheels }: Target, { downloads }: CachePaths): Promise<number> {
  const sizes = await Promise.all(
    wheels.map(
      async ({ file }) => (await stat(join(downloads, file)).catch(() => undefined))?.size ?? 0,
    ),
  );
  return Math.floor(sizes.reduce((sum, size) => sum + size, 0) / 1e6);
}
