import { existsSync, readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  fakePython,
  fakeWheel,
  sandbox,
  type FakePython,
  type FakeWheel,
} from '../test/sandbox.ts';
import { downloadWheel, type DownloadOptions } from './download.ts';
import type { ProvisionProgress } from './progress.ts';
import { findPython } from './python.ts';

interface Setting extends FakeWheel {
  readonly folder: string;
  readonly python: FakePython;
  readonly options: DownloadOptions;
  readonly progress: ProvisionProgress[];
}

function setting(behaviour: Parameters<typeof fakePython>[1] = {}, signal?: AbortSignal): Setting {
  const folder = sandbox();
  const fake = fakeWheel(folder);
  const python = fakePython(folder, { source: fake.source, ...behaviour });
  const progress: ProvisionProgress[] = [];
  const options: DownloadOptions = {
    python: python.path,
    downloads: join(folder, 'downloads'),
    staging: join(folder, 'staging'),
    onProgress: (step) => void progress.push(step),
    signal,
  };
  return { ...fake, folder, python, options, progress };
}

describe('downloadWheel', () => {
  it('has pip bring the pinned file, whichever Python runs it, from the index it is set to', async () => {
    const { wheel, options, python, source, progress } = setting();
    const file = await downloadWheel(wheel, options);
    expect(file).toBe(join(options.downloads, wheel.file));
    expect(readFileSync(file)).toEqual(readFileSync(source));
    const [parameters = []] = python.downloads();
    expect(parameters.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(parameters).toContain('tensorflow==9.9.0');
    expect(parameters.join(' ')).toContain('--abi cp311 --platform manylinux_2_27_x86_64');
    expect(parameters.join(' ')).not.toMatch(/index|https?:/);
    expect(progress.map(({ phase }) => phase)).toEqual(['download', 'check']);
  });

  it('does not download again what is there and right', async () => {
    const { wheel, options, python } = setting();
    await downloadWheel(wheel, options);
    await downloadWheel(wheel, options);
    expect(python.downloads()).toHaveLength(1);
  });

  it('downloads again what is there and damaged', async () => {
    const { wheel, options, python, source } = setting();
    mkdirSync(options.downloads);
    writeFileSync(join(options.downloads, wheel.file), 'half a fi');
    const file = await downloadWheel(wheel, options);
    expect(readFileSync(file)).toEqual(readFileSync(source));
    expect(python.downloads()).toHaveLength(1);
  });

  it('refuses another file under the same name, and keeps nothing of it', async () => {
    const { wheel, options } = setting();
    const tampered = { ...wheel, sha256: 'a'.repeat(64) };
    await expect(downloadWheel(tampered, options)).rejects.toMatchObject({
      code: 'HASH_MISMATCH',
      message: expect.stringContaining(wheel.sha256) as unknown,
    });
    expect(existsSync(options.downloads)).toBe(false);
    expect(readdirSync(join(options.staging, 'download'))).toEqual([]);
  });

  it.each([
    ['DOWNLOAD_FAILED', 'Temporary failure in name resolution', /connection/],
    ['DOWNLOAD_FAILED', 'No matching distribution found for tensorflow', /may not carry it/],
    ['DISK_FULL', 'OSError: [Errno 28] No space left on device', /RESNET_CACHE/],
  ])('says %s when pip says "%s"', async (code, fails, hint) => {
    const { wheel, options } = setting({ fails });
    await expect(downloadWheel(wheel, options)).rejects.toMatchObject({
      name: 'NativeError',
      code,
      hint: expect.stringMatching(hint) as unknown,
    });
  });

  it('ends pip when aborted', async () => {
    const controller = new AbortController();
    const { wheel, options, python } = setting({ hangs: true }, controller.signal);
    const download = downloadWheel(wheel, options);
    const abort = setInterval(() => {
      if (python.downloads().length > 0) controller.abort(new Error('enough'));
    }, 20);
    await expect(download).rejects.toThrow('enough');
    clearInterval(abort);
  });
});

describe('findPython', () => {
  it('says PYTHON_MISSING and how to get it', async () => {
    await expect(findPython(['/nowhere/python3'])).rejects.toMatchObject({
      code: 'PYTHON_MISSING',
      hint: expect.stringContaining('apt-get install python3-pip') as unknown,
    });
  });

  it('says PIP_MISSING where Python came without it', async () => {
    const { path } = fakePython(sandbox(), { hasPip: false });
    await expect(findPython([path])).rejects.toMatchObject({ code: 'PIP_MISSING' });
  });

  it('takes the first that answers', async () => {
    const { path } = fakePython(sandbox(), {});
    await expect(findPython(['/nowhere/python3', path])).resolves.toBe(path);
  });
});
