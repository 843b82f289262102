import { join } from 'node:path';

import { runOk } from './run.ts';
import { publicPackages, root, type PublicPackage } from './workspace.ts';

/** A public package with the archive that a release would upload. */
export interface Tarball extends PublicPackage {
  readonly file: string;
}

/**
 * Packs every public package into a folder, as they are built now. pnpm writes the versions that
 * `workspace:` and `catalog:` stand for, as it does when it publishes.
 */
export async function packAll(destination: string): Promise<readonly Tarball[]> {
  const packages = publicPackages();
  const filters = packages.flatMap(({ path }) => ['--filter', `./${path}`]);
  await runOk('pnpm', ['-r', ...filters, 'pack', '--pack-destination', destination], {
    cwd: root,
  });
  return packages.map((entry) => {
    const { name, version } = entry.manifest;
    const base = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
    return { ...entry, file: join(destination, base) };
  });
}
