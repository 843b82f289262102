import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import type { Target } from './targets.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder that keeps what all projects of a user share: `$RESNET_CACHE`, else
 * `$XDG_CACHE_HOME/resnet`, else `~/.cache/resnet`.
 */
export function cacheFolder(env: Environment = process.env): string {
  if (env.RESNET_CACHE) return resolve(env.RESNET_CACHE);
  // The XDG specification: a relative path in XDG_CACHE_HOME is to be ignored.
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'resnet');
}

/** Where things are kept in the cache. What lies at `installation` is whole: it got there by one rename. */
export interface CachePaths {
  readonly root: string;
  readonly lock: string;
  /** Wheels that were downloaded and checked, until they are unpacked. */
  readonly downloads: string;
  /** Work in progress, a folder a process; left-overs of killed ones are removed. */
  readonly staging: string;
  readonly installation: string;
}

export function cachePaths(target: Target, cache: string = cacheFolder()): CachePaths {
  const root = join(cache, 'native');
  return {
    root,
    lock: join(root, 'lock'),
    downloads: join(root, 'downloads'),
    staging: join(root, 'staging'),
    installation: join(root, target.id),
  };
}

/** Where the two libraries lie in an installation: as in Python's site-packages, for their run paths to hold. */
export function libraryFolder(installation: string): string {
  return join(installation, 'tensorflow');
}

export function includeFolder(installation: string): string {
  return join(installation, 'tensorflow', 'include');
}
