import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../', import.meta.url));
const isPromised = (process.env['RESNET_REQUIRE_BACKENDS'] ?? '').split(',').includes('tensorflow');

function answers(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

const compiler = process.env['CXX'] ?? 'g++';
const formatter = ['clang-format-14', 'clang-format'].find((command) =>
  /version 14\./.test(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? ''),
);

const canBuild = process.platform === 'linux' && answers(compiler);
// A part of the random shapes under sanitizers; all of them with
// `pnpm --filter @resnet/native run test:kernels`.
const builds = [
  ['plain', 1],
  ['address', 4],
  ['thread', 8],
] as const;

describe('the C++ kernels', () => {
  it.each(canBuild ? [] : [`${compiler} is missing, or this is not Linux`])(
    'are not tested here: %s',
    () => {
      expect(isPromised).toBe(false);
    },
  );

  it.each(canBuild ? builds : [])(
    'are what naive loops make, built %s',
    (build, part) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['scripts/test-kernels.mjs', build, '--part', String(part)],
        { cwd: folder, encoding: 'utf8' },
      );
      expect(status, `${stdout}\n${stderr}`).toBe(0);
      expect(stdout).toMatch(/^(1[7-9]|[2-9]\d) passed, 0 failed$/m);
    },
    600_000,
  );
});

describe('the C++ sources', () => {
  it.each(formatter === undefined ? ['clang-format 14 is missing'] : [])(
    'are not checked for their format here: %s',
    () => {
      expect(isPromised && process.env['CI'] === 'true').toBe(false);
    },
  );

  it.each(formatter === undefined ? [] : [formatter])('are formatted as %s does', (command) => {
    const files = ['binding', 'binding/kernels', 'binding/test'].flatMap((part) =>
      readdirSync(join(folder, part))
        .filter((file) => /\.(cc|h)$/.test(file))
        .map((file) => join(folder, part, file)),
    );
    const { status, stderr } = spawnSync(command, ['--dry-run', '--Werror', ...files], {
      encoding: 'utf8',
    });
    expect(status, `clang-format:\n${stderr}`).toBe(0);
  });
});
