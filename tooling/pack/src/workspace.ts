import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root: string = fileURLToPath(new URL('../../../', import.meta.url));

/** What the checks here read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A package of the workspace that is published: one that is not `private`. */
export interface PublicPackage {
  /** `packages/model`, from the root. */
  readonly path: string;
  /** The same, absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The packages that a release publishes, by folder. */
export function publicPackages(): readonly PublicPackage[] {
  return ['packages', 'apps', 'tooling'].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((name) => {
      const path = `${parent}/${name}`;
      const folder = join(root, path);
      if (!existsSync(join(folder, 'package.json'))) return [];
      const manifest = readManifest(folder);
      return manifest.private === true ? [] : [{ path, folder, manifest }];
    }),
  );
}

/** The package.json of a folder. */
export function readManifest(folder: string): Manifest {
  const manifest: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return manifest;
}
