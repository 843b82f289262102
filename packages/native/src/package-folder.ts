import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NativeError } from './errors.ts';

/** The npm packages whose addon may be set up; both carry the same sources. */
export type TfjsPackageName = '@tensorflow/tfjs-node-gpu' | '@tensorflow/tfjs-node';

export const tfjsPackageNames: readonly TfjsPackageName[] = [
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-node',
];

/** An installed @tensorflow/tfjs-node-gpu (or tfjs-node). */
export interface TfjsPackage {
  readonly name: TfjsPackageName;
  readonly version: string;
  /** The real folder, which pnpm may share between projects. */
  readonly folder: string;
  /** Where the package looks for its addon. */
  readonly addon: string;
}

/**
 * Finds the package as a module at one of `bases` (a file or folder: path or file URL) would.
 * Returns undefined where none of them sees it.
 */
export function findTfjsPackage(bases: readonly (string | URL)[]): TfjsPackage | undefined {
  for (const base of bases) {
    for (const name of tfjsPackageNames) {
      const folder = resolvePackage(name, base);
      if (folder !== undefined) return describePackage(name, folder);
    }
  }
  return undefined;
}

export function requireTfjsPackage(bases: readonly (string | URL)[]): TfjsPackage {
  const found = findTfjsPackage(bases);
  if (found !== undefined) return found;
  throw new NativeError(
    'PACKAGE_MISSING',
    `Neither ${tfjsPackageNames.join(' nor ')} is installed for ${bases.map(String).join(' or ')}.`,
    {
      hint: 'Install it without its install script: npm install --ignore-scripts @tensorflow/tfjs-node-gpu',
    },
  );
}

/** Where a caller's modules are looked for: `from` when given, else this package's own place, then the working directory. */
export function defaultBases(from?: string | URL): readonly (string | URL)[] {
  return from === undefined ? [import.meta.url, process.cwd()] : [from];
}

/** Walks up, as `import` does: unlike `require`, without NODE_PATH. */
function resolvePackage(name: TfjsPackageName, base: string | URL): string | undefined {
  let parent =
    base instanceof URL || base.startsWith('file:') ? fileURLToPath(base) : resolve(base);
  for (;;) {
    const folder = join(parent, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) return realpathSync(folder);
    const above = dirname(parent);
    if (above === parent) return undefined;
    parent = above;
  }
}

interface Manifest {
  readonly version: string;
  readonly binary?: { readonly napi_versions?: readonly number[] };
}

function describePackage(name: TfjsPackageName, folder: string): TfjsPackage {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return {
    name,
    version: manifest.version,
    folder,
    addon: join(folder, 'lib', `napi-v${napiVersion(manifest)}`, 'tfjs_binding.node'),
  };
}

/** The highest N-API level that package and Node share: node-pre-gyp's rule, by which the package looks. */
function napiVersion({ binary }: Manifest): number {
  const running = Number(process.versions.napi ?? 8);
  return Math.max(3, ...(binary?.napi_versions ?? [8]).filter((level) => level <= running));
}
