import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

import type { Plugin } from 'vite';

const fileName = 'third-party-licenses.md';

/**
 * Writes the licences of what is bundled, workers included, beside it: they ask for that. Vite's
 * own `build.license` leaves workers out. Returns the plugin of the build and that of its workers.
 *
 * @param packages more of them, whose files only style sheets name
 */
export function thirdPartyLicenses(packages: readonly string[] = []): {
  main: Plugin;
  worker: () => Plugin[];
} {
  const folders = new Set(packages.map((name) => join('node_modules', name)));
  const collect = (ids: Iterable<string>): void => {
    for (const id of ids) {
      const folder = packageFolder(id.replace(/^\0+/, '').replace(/[?#].*$/, ''));
      if (folder !== undefined) folders.add(folder);
    }
  };
  return {
    // Workers are bundled while the modules that start them are read: before this.
    main: {
      name: 'resnet:third-party-licenses',
      apply: 'build',
      generateBundle() {
        collect(this.getModuleIds());
        this.emitFile({ type: 'asset', fileName, source: licensesText(folders) });
      },
    },
    worker: () => [
      {
        name: 'resnet:third-party-licenses-of-worker',
        generateBundle() {
          collect(this.getModuleIds());
        },
      },
    ],
  };
}

/** The folder of the package in `node_modules` that a module belongs to. */
function packageFolder(id: string): string | undefined {
  if (!id.includes(`${sep}node_modules${sep}`)) return undefined;
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    if (existsSync(path) && readManifest(path).version !== undefined) return folder;
  }
  return undefined;
}

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
  readonly homepage?: string;
  readonly repository?: string | { readonly url: string };
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function licensesText(folders: ReadonlySet<string>): string {
  // A package of which two copies of one version were bundled is told once.
  const sections = new Map<string, string>();
  for (const folder of folders) {
    const manifest = readManifest(join(folder, 'package.json'));
    const { name = '', version = '', license = 'no licence named' } = manifest;
    const text = licenseFile(folder) ?? licenseInReadme(folder) ?? pointer(manifest);
    sections.set(`${name} ${version}`, `## ${name} ${version} (${license})\n\n${text}\n`);
  }
  const sorted = [...sections].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, section]) => section);
  return `# Bundled packages and their licences\n\n${sorted.join('\n')}`;
}

function licenseFile(folder: string): string | undefined {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(\.|$)/i.test(entry));
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8').trim();
}

/** seedrandom has its licence there. */
function licenseInReadme(folder: string): string | undefined {
  const file = readdirSync(folder).find((entry) => /^readme\.md$/i.test(entry));
  if (file === undefined) return undefined;
  const text = readFileSync(join(folder, file), 'utf8');
  const section = /^(?:#+ *licen[cs]e.*|licen[cs]e.*\n[-=]{3,})\n([^]*)/im.exec(text)?.[1];
  return section !== undefined && section.includes('Permission is hereby granted')
    ? section.trim()
    : undefined;
}

/** Of packages that come without the text: TensorFlow.js, under the licence that is also ours. */
function pointer({ name, license, author, homepage, repository }: Manifest): string {
  if (license !== 'Apache-2.0') throw new Error(`${name} comes without the text of its licence`);
  const by = typeof author === 'string' ? author : (author?.name ?? 'its authors');
  const from = homepage ?? (typeof repository === 'string' ? repository : repository?.url) ?? '';
  return `Copyright ${by}, ${from}\n\nLicensed under the Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0`;
}
