import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { findChromium, isBrowserRequired } from '../browser.js';

describe('findChromium', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'resnet-chromium-'));
    vi.stubEnv('PATH', folder);
    vi.stubEnv('RESNET_CHROMIUM', '');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  function place(name: string, mode: number): string {
    const file = join(folder, name);
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, mode);
    return file;
  }

  it('says what is missing', () => {
    expect(findChromium()).toEqual({ missing: expect.stringContaining('RESNET_CHROMIUM') });
  });

  it('finds one on the PATH, and leaves out what cannot be run', () => {
    place('chromium', 0o644);
    const executable = place('google-chrome', 0o755);
    expect(findChromium()).toMatchObject({ executable });
  });

  it('prefers RESNET_CHROMIUM, and does not pass over it when it is wrong', () => {
    place('chromium', 0o755);
    const executable = place('my-chrome', 0o755);
    vi.stubEnv('RESNET_CHROMIUM', executable);
    expect(findChromium()).toMatchObject({ executable });
    vi.stubEnv('RESNET_CHROMIUM', join(folder, 'none'));
    expect(findChromium()).toEqual({ missing: expect.stringContaining(join(folder, 'none')) });
  });
});

describe('isBrowserRequired', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.each([
    [undefined, false],
    ['', false],
    ['0', false],
    ['1', true],
  ])('takes %j for %j', (value, required) => {
    vi.stubEnv('RESNET_REQUIRE_BROWSER', value);
    expect(isBrowserRequired()).toBe(required);
  });
});
