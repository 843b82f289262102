import { accessSync, constants, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { addonPath, buildAddon, findCompiler } from './addon.ts';
import { cacheFolder, cachePaths } from './cache.ts';
import { makeFolder } from './disk.ts';
import { install } from './install.ts';
import { linkAddon, linkedAddon, notWritable } from './link.ts';
import { withLock } from './lock.ts';
import { defaultBases, requireTfjsPackage, type TfjsPackage } from './package-folder.ts';
import type { ProvisionProgress } from './progress.ts';
import { pythonCandidates } from './python.ts';
import { targetFor } from './targets.ts';

/** What {@link provision} sets up, and for which project. */
export interface ProvisionOptions {
  /** Take TensorFlow with CUDA 12 and its libraries (Linux x64): about 3 GB to download, 9 GB of disk. */
  readonly cuda?: boolean;
  /** A file, folder or file URL: the package is set up that a module there would see. */
  readonly from?: string | URL;
  /** Download, unpack and build again although it is there. */
  readonly force?: boolean;
  readonly onProgress?: (progress: ProvisionProgress) => void;
  readonly signal?: AbortSignal;
}

/** What {@link provision} has set up, and where. */
export interface Provisioned {
  readonly package: { readonly name: string; readonly version: string; readonly folder: string };
  readonly tensorflow: string;
  readonly variant: 'cpu' | 'cuda';
  /** Where the libraries lie, shared by all projects of this user. */
  readonly installation: string;
  readonly addon: string;
  /** False where everything was in place already. */
  readonly changed: boolean;
}

/**
 * Sets up a current TensorFlow under the installed @tensorflow/tfjs-node-gpu: downloads the pinned
 * wheel with pip, checks its hash, keeps the libraries and headers in the user's cache, builds the
 * package's addon against them, and links that into the package.
 *
 * Idempotent. Two that run at once work one after the other. After a cut it goes on with what was
 * complete. What is missing is found before the download: the package, a compiler, disk space,
 * Python with pip.
 *
 * Throws NativeError, whose `code` and `hint` tell what is missing; the signal's reason when aborted.
 */
export async function provision(options: ProvisionOptions = {}): Promise<Provisioned> {
  const { signal, onProgress, force = false } = options;
  signal?.throwIfAborted();
  const target = targetFor(options.cuda ? 'cuda' : 'cpu');
  const tfjs = requireTfjsPackage(defaultBases(options.from));
  const paths = cachePaths(target, cacheFolder());
  const { installation } = paths;

  const expected = addonPath(installation, tfjs);
  let changed = false;
  if (force || !existsSync(expected)) {
    await findCompiler(signal);
    requireWritable(tfjs);
    await makeFolder(paths.root);
    const onWait = (): void => onProgress?.({ phase: 'wait', item: paths.lock });
    changed = await withLock(
      paths.lock,
      async () => {
        const complete = (folder: string): Promise<string> => {
          onProgress?.({ phase: 'build', item: `${tfjs.name} ${tfjs.version}` });
          return buildAddon({ target, installation: folder, tfjs, signal });
        };
        try {
          const pythons = pythonCandidates();
          const installing = { pythons, force, complete, signal, onProgress };
          if (await install(target, paths, installing)) return true;
          if (existsSync(expected)) return false;
          await complete(installation);
          return true;
        } finally {
          await rm(paths.staging, { recursive: true, force: true });
        }
      },
      { signal, onWait },
    );
  }
  const before = linkedAddon(tfjs);
  onProgress?.({ phase: 'link', item: tfjs.addon });
  linkAddon(tfjs, expected);
  changed ||= linkedAddon(tfjs) !== before;
  onProgress?.({ phase: 'done', item: `TensorFlow ${target.version} (${target.variant})` });
  return {
    package: { name: tfjs.name, version: tfjs.version, folder: tfjs.folder },
    tensorflow: target.version,
    variant: target.variant,
    installation,
    addon: expected,
    changed,
  };
}

/** Found out before the download, not after it. */
function requireWritable(tfjs: TfjsPackage): void {
  const folders = [join(tfjs.addon, '..'), join(tfjs.folder, 'lib'), tfjs.folder];
  const folder = folders.find((path) => existsSync(path)) ?? tfjs.folder;
  try {
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw notWritable(tfjs, error);
  }
}
