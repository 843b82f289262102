import type * as fs from 'node:fs';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { fakeProject, fakeWheel, program, sandbox, write } from '../test/sandbox.ts';
import { addonPath, buildAddon, findCompiler, type BuildOptions } from './addon.ts';
import { requireTfjsPackage } from './package-folder.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** What `compile` does with the path of the addon is the compiler's work. */
function setting(compile: string): BuildOptions & { readonly compiler: string } {
  const folder = sandbox();
  const { target } = fakeWheel(folder);
  const installation = join(folder, 'installation');
  mkdirSync(installation);
  const compiler = program(
    join(folder, 'c++'),
    `if (process.argv[2] === '--version') process.exit(0);
const fs = require('node:fs');
fs.appendFileSync(${JSON.stringify(join(folder, 'compiler.log'))}, process.argv.slice(2).join(' ') + '\\n');
const output = process.argv[process.argv.indexOf('-o') + 1];
${compile}`,
  );
  vi.stubEnv('CXX', compiler);
  const tfjs = requireTfjsPackage([fakeProject(folder)]);
  return { target, installation, tfjs, compiler: join(folder, 'compiler.log') };
}

it('reads no folder when it is imported: a bundle has none of these sources', async () => {
  vi.resetModules();
  vi.doMock('node:fs', async (original) => ({
    ...(await original<typeof fs>()),
    readdirSync: () => {
      throw new Error('read');
    },
  }));
  await expect(import('./addon.ts')).resolves.toHaveProperty('addonPath');
  vi.doUnmock('node:fs');
});

describe('buildAddon', () => {
  it('says COMPILER_MISSING and how to get one', async () => {
    vi.stubEnv('CXX', '/nowhere/c++');
    vi.stubEnv('PATH', '/nowhere');
    await expect(findCompiler()).rejects.toMatchObject({
      code: 'COMPILER_MISSING',
      hint: expect.stringContaining('install') as unknown,
    });
  });

  it("gives the compiler's words when the build fails, and leaves no addon", async () => {
    const options = setting(`console.error('c_api.h: No such file'); process.exit(1);`);
    await expect(buildAddon(options)).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('c_api.h: No such file') as unknown,
    });
    expect(existsSync(addonPath(options.installation, options.tfjs))).toBe(false);
  });

  it('does not keep an addon that does not load on this machine', async () => {
    const options = setting(`fs.writeFileSync(output, 'no shared object');`);
    await expect(buildAddon(options)).rejects.toMatchObject({ code: 'LOAD_FAILED' });
    expect(existsSync(addonPath(options.installation, options.tfjs))).toBe(false);
  });

  it("compiles the package's sources against the installation, with a run path that may move", async () => {
    const options = setting('process.exit(1);');
    await expect(buildAddon(options)).rejects.toMatchObject({ code: 'BUILD_FAILED' });
    const line = readFileSync(options.compiler, 'utf8');
    expect(line).toContain(join(options.tfjs.folder, 'binding', 'tfjs_backend.cc'));
    expect(line).toContain(join(options.installation, 'tensorflow', 'include'));
    expect(line).toMatch(/-rpath,(\$ORIGIN|@loader_path)\/\.\.\/\.\.\/tensorflow/);
    expect(line).toContain('node-api-headers');
  });

  it('does not build again what was built', async () => {
    const options = setting('process.exit(1);');
    const addon = write(addonPath(options.installation, options.tfjs), 'built before');
    await expect(buildAddon(options)).resolves.toBe(addon);
    expect(existsSync(options.compiler)).toBe(false);
  });

  it('builds anew for other sources', () => {
    const { tfjs, installation } = setting('');
    const before = addonPath(installation, tfjs);
    write(join(tfjs.folder, 'binding', 'tfjs_backend.cc'), '// changed');
    expect(addonPath(installation, tfjs)).not.toBe(before);
  });
});
