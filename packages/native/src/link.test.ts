import { chmodSync, lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

import { fakeProject, sandbox, write } from '../test/sandbox.ts';
import { linkAddon, linkedAddon } from './link.ts';
import { findTfjsPackage, requireTfjsPackage, type TfjsPackage } from './package-folder.ts';

function setting(): { readonly tfjs: TfjsPackage; readonly addon: string } {
  const folder = sandbox();
  const tfjs = requireTfjsPackage([fakeProject(folder)]);
  return { tfjs, addon: write(join(folder, 'cache', 'tfjs_binding.node'), 'addon') };
}

describe('linkAddon', () => {
  it('adds one entry, which the package loads', () => {
    const { tfjs, addon } = setting();
    expect(linkedAddon(tfjs)).toBeUndefined();
    linkAddon(tfjs, addon);
    expect(tfjs.addon).toBe(join(tfjs.folder, 'lib', 'napi-v8', 'tfjs_binding.node'));
    expect(linkedAddon(tfjs)).toBe(addon);
  });

  it('leaves a link that is right alone, and replaces one that dangles', () => {
    const { tfjs, addon } = setting();
    linkAddon(tfjs, addon);
    const { ino } = lstatSync(tfjs.addon);
    linkAddon(tfjs, addon);
    expect(lstatSync(tfjs.addon).ino).toBe(ino);
    rmSync(tfjs.addon);
    symlinkSync('/nowhere/tfjs_binding.node', tfjs.addon);
    linkAddon(tfjs, addon);
    expect(readlinkSync(tfjs.addon)).toBe(addon);
  });

  it("replaces the addon of the package's own install script without writing into it", () => {
    const { tfjs, addon } = setting();
    const own = write(tfjs.addon, 'own');
    const stored = join(dirname(own), 'hard-link-in-a-store');
    rmSync(stored, { force: true });
    write(stored, 'own');
    linkAddon(tfjs, addon);
    expect(readFileSync(stored, 'utf8')).toBe('own');
    expect(linkedAddon(tfjs)).toBe(addon);
  });

  it('says NOT_WRITABLE where node_modules may not be written', () => {
    const { tfjs, addon } = setting();
    // Root may write anywhere but into the kernel's own file system.
    const root = process.getuid?.() === 0;
    if (!root) chmodSync(tfjs.folder, 0o555);
    const readOnly = root ? { ...tfjs, addon: '/sys/kernel/lib/napi-v8/tfjs_binding.node' } : tfjs;
    expect(() => linkAddon(readOnly, addon)).toThrow(
      expect.objectContaining({ name: 'NativeError', code: 'NOT_WRITABLE' }),
    );
    if (!root) chmodSync(tfjs.folder, 0o755);
  });
});

describe('findTfjsPackage', () => {
  it('finds it as a module in a folder or file of the project would', () => {
    const project = fakeProject(sandbox());
    const file = join(project, 'src', 'main.js');
    for (const base of [project, file, pathToFileURL(file), pathToFileURL(file).href]) {
      expect(findTfjsPackage([base])).toMatchObject({ version: '4.22.0' });
    }
  });

  it('goes on to the next base, and says PACKAGE_MISSING when all fail', () => {
    const project = fakeProject(sandbox());
    expect(findTfjsPackage(['/', project])?.name).toBe('@tensorflow/tfjs-node-gpu');
    expect(() => requireTfjsPackage(['/'])).toThrow(
      expect.objectContaining({ code: 'PACKAGE_MISSING' }),
    );
  });
});
