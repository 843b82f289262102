import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { addonPath } from './addon.ts';
import { cacheFolder, cachePaths } from './cache.ts';
import { hasErrno, NativeError } from './errors.ts';
import type { TfjsPackage } from './package-folder.ts';
import { targetFor, type Target } from './targets.ts';

/** A file that is written last: an installation without it is none. */
export const manifestFile = 'manifest.json';

export interface InstalledAddon {
  readonly target: Target;
  readonly installation: string;
  readonly addon: string;
}

export function isInstalled(target: Target, cache: string = cacheFolder()): boolean {
  return existsSync(join(cachePaths(target, cache).installation, manifestFile));
}

/** The TensorFlow installations of this machine in the cache, the one with CUDA first. */
export function installedTargets(cache: string = cacheFolder()): readonly Target[] {
  return (['cuda', 'cpu'] as const).flatMap((variant) => {
    try {
      const target = targetFor(variant);
      return isInstalled(target, cache) ? [target] : [];
    } catch (error) {
      if (error instanceof NativeError) return [];
      throw error;
    }
  });
}

/**
 * Whether an addon (links followed) was built from the sources that lie beside this module; where
 * none do, as in a bundle, nothing says otherwise. One of another version loads and computes, but
 * operations of our own in it may not be those that @resnet/kernels knows.
 */
export function isCurrent(addon: string, tfjs: TfjsPackage): boolean {
  try {
    return addon === addonPath(join(addon, '..', '..', '..'), tfjs);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return true;
    throw error;
  }
}

/** The addon that was built for a package, CUDA's first; undefined where the set-up has not been run for it. */
export function installedAddon(
  tfjs: TfjsPackage,
  cache: string = cacheFolder(),
): InstalledAddon | undefined {
  for (const target of installedTargets(cache)) {
    const { installation } = cachePaths(target, cache);
    const addon = addonPath(installation, tfjs);
    if (existsSync(addon)) return { target, installation, addon };
  }
  return undefined;
}
