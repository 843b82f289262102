import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { runOk } from './run.ts';
import type { Tarball } from './tarballs.ts';
import { readManifest, root } from './workspace.ts';

const template = fileURLToPath(new URL('../consumer/', import.meta.url));

/** What the project needs besides the packages: what their READMEs say to install, and its tools. */
const thirdParty = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
  '@types/node',
  'typescript',
  'vite',
];

/**
 * Makes `folder` a project of someone who installed the tarballs, and nothing else of this
 * repository: its node_modules holds what package.json files declare and no more (pnpm's layout),
 * so that a dependency that a package forgot to declare is not found. Install scripts are off.
 */
export async function installConsumer(folder: string, tarballs: readonly Tarball[]): Promise<void> {
  cpSync(template, folder, { recursive: true });
  const packages = Object.fromEntries(
    tarballs.map(({ manifest, file }) => [manifest.name, `file:${file}`]),
  );
  const versions = Object.fromEntries(thirdParty.map((name) => [name, installedVersion(name)]));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      type: 'module',
      dependencies: { ...packages, ...versions, '@tensorflow/tfjs-node-gpu': '^4.22.0' },
    }),
  );
  // What the packages depend on of each other is not published yet: the tarballs stand for it.
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), JSON.stringify({ overrides: packages }));
  await runOk('pnpm', ['install', '--prefer-offline', '--ignore-scripts'], {
    cwd: folder,
    // In CI pnpm would want a lockfile.
    env: { CI: '' },
  });
}

function installedVersion(name: string): string {
  const from = createRequire(join(root, 'tooling/pack/package.json'));
  return readManifest(join(from.resolve(`${name}/package.json`), '..')).version;
}
