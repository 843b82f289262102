import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => join(root, parent, name)),
);

describe('README examples', () => {
  it.each(folders)(
    '%s has a README whose first example runs and prints',
    (folder) => {
      const readme = join(folder, 'README.md');
      expect(existsSync(readme), `${readme} is missing`).toBe(true);
      const example = /```(?:ts|js)\n([\s\S]*?)```/.exec(readFileSync(readme, 'utf8'))?.[1];
      if (example === undefined) {
        // A command has its examples in a shell block: their tests are its own.
        expect(folder.includes('apps'), `${readme} has no example`).toBe(true);
        return;
      }
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
