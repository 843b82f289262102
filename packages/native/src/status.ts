import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

import { cacheFolder, cachePaths } from './cache.ts';
import { NativeError, type NativeErrorCode } from './errors.ts';
import { installedAddon, installedTargets, isCurrent } from './installations.ts';
import { linkedAddon } from './link.ts';
import { defaultBases, requireTfjsPackage } from './package-folder.ts';
import { targetFor } from './targets.ts';

/**
 * What {@link nativeStatus} finds: whether TensorFlow would load, from where, and what to do if
 * not.
 */
export interface NativeStatus {
  /** Whether `loadTensorflow` should succeed: an addon is in place, or can be linked from the cache. */
  readonly ready: boolean;
  /** What loads: `resnet` when set up by this package, `package` when by tfjs-node's own install script. */
  readonly source?: 'resnet' | 'package';
  readonly variant?: 'cpu' | 'cuda';
  readonly tensorflow?: string;
  /**
   * True where another version of this package built the addon: it works, but training is slower than
   * it could be until the set-up has run again.
   */
  readonly outdated?: boolean;
  readonly package?: { readonly name: string; readonly version: string; readonly folder: string };
  /** What lies in the cache, for this machine. */
  readonly installed: readonly {
    readonly variant: 'cpu' | 'cuda';
    readonly version: string;
    readonly folder: string;
  }[];
  readonly cache: string;
  /** Why it is not ready. */
  readonly problem?: {
    readonly code: NativeErrorCode;
    readonly message: string;
    /** What to do about it. */
    readonly hint: string | undefined;
  };
}

/** Says what is set up, without loading anything. Never throws for what is missing. */
export function nativeStatus(options: { readonly from?: string | URL } = {}): NativeStatus {
  const cache = cacheFolder();
  const installed = installedTargets(cache).map((target) => ({
    variant: target.variant,
    version: target.version,
    folder: cachePaths(target, cache).installation,
  }));
  const base = { installed, cache };
  try {
    const tfjs = requireTfjsPackage(defaultBases(options.from));
    const { name, version, folder } = tfjs;
    const found = { ...base, package: { name, version, folder } };
    const addon = linkedAddon(tfjs);
    if (addon !== undefined) {
      const ours = describeInstallation(addon);
      return ours === undefined
        ? { ...found, ready: true, source: 'package' }
        : { ...found, ready: true, source: 'resnet', ...ours, outdated: !isCurrent(addon, tfjs) };
    }
    const ready = installedAddon(tfjs, cache);
    if (ready !== undefined) {
      const { variant, version: tensorflow } = ready.target;
      return { ...found, ready: true, source: 'resnet', variant, tensorflow, outdated: false };
    }
    targetFor('cpu'); // throws where nothing can be set up
    return {
      ...found,
      ready: false,
      problem: {
        code: 'NOT_PROVISIONED',
        message: `No TensorFlow has been set up for ${name}.`,
        hint: 'Run npx resnet-native setup (or resnet setup).',
      },
    };
  } catch (error) {
    if (!(error instanceof NativeError)) throw error;
    const { code, message, hint } = error;
    return { ...base, ready: false, problem: { code, message, hint } };
  }
}

/** An addon of ours lies at `<installation>/addon/<key>/`, wherever the cache is. */
function describeInstallation(
  addon: string,
): { readonly variant: 'cpu' | 'cuda'; readonly tensorflow: string } | undefined {
  const installation = join(addon, '..', '..', '..');
  try {
    const text = readFileSync(join(realpathSync(installation), 'manifest.json'), 'utf8');
    const { variant, version }: { variant?: unknown; version?: unknown } = JSON.parse(text);
    if ((variant !== 'cpu' && variant !== 'cuda') || typeof version !== 'string') return undefined;
    return addon.includes(`${sep}addon${sep}`) ? { variant, tensorflow: version } : undefined;
  } catch {
    return undefined; // the package's own, in its lib/napi-v*
  }
}
