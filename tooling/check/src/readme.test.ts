import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => join(root, parent, name)),
);

/** The first block of TypeScript or JavaScript of a folder's README. */
function exampleOf(folder: string): string | undefined {
  const readme = join(folder, 'README.md');
  if (!existsSync(readme)) return undefined;
  return /```(?:ts|js)\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8'))?.[1];
}

/** Whether it is for Node: the examples of what is only for pages are tested there. */
function runsInNode(folder: string): boolean {
  const manifest: { engines?: { node?: string } } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  return manifest.engines?.node !== undefined;
}

const examples = folders.filter(runsInNode).flatMap((folder) => {
  const example = exampleOf(folder);
  return example === undefined ? [] : [[folder, example] as const];
});

describe('README examples', () => {
  it('has a README everywhere, with an example in packages', () => {
    expect(folders.filter((folder) => !existsSync(join(folder, 'README.md')))).toEqual([]);
    // A command may have its examples in shell blocks: their tests are its own.
    const packages = folders.filter((folder) => folder.startsWith(join(root, 'packages')));
    expect(packages.filter((folder) => exampleOf(folder) === undefined)).toEqual([]);
  });

  it.each(examples)(
    'runs the first of %s, which prints',
    (folder, example) => {
      // Beside the package, so that imports resolve as they do for its users.
      const file = join(folder, `.readme-example-${process.pid}.mjs`);
      writeFileSync(file, example);
      try {
        const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
          cwd: folder,
          encoding: 'utf8',
          timeout: 120_000,
        });
        expect(status, `${stdout}\n${stderr}`).toBe(0);
        expect(stdout.trim()).not.toBe('');
      } finally {
        rmSync(file, { force: true });
      }
    },
    150_000,
  );
});
