import { rmSync } from 'node:fs';
import { join } from 'node:path';
import util from 'node:util';

import { describeBackends } from '@resnet/test-config/backends';
import type * as TfjsNode from '@tensorflow/tfjs-node-gpu';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { fakeProject, sandbox, write } from '../test/sandbox.ts';
import { addonPath } from './addon.ts';
import { linkAddon } from './link.ts';
import { loadTensorflow } from './load.ts';
import { requireTfjsPackage } from './package-folder.ts';
import { nativeStatus } from './status.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('without a set-up', () => {
  it('says what is missing, and nothing throws that only asks', async () => {
    vi.stubEnv('RESNET_CACHE', sandbox());
    const from = fakeProject(sandbox());
    await expect(loadTensorflow({ from })).rejects.toMatchObject({
      code: 'NOT_PROVISIONED',
      hint: expect.stringContaining('setup') as unknown,
    });
    expect(nativeStatus({ from })).toMatchObject({
      ready: false,
      installed: [],
      package: { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' },
      problem: { code: 'NOT_PROVISIONED' },
    });
    expect(nativeStatus({ from: '/' })).toMatchObject({
      ready: false,
      problem: { code: 'PACKAGE_MISSING' },
    });
  });
});

describe('with the addon of another version', () => {
  /** Linked under a package of its own: an addon, and beside it operations that do not load. */
  function setUp(): { readonly from: string; readonly sources: string } {
    const from = fakeProject(sandbox());
    const tfjs = requireTfjsPackage([from]);
    write(join(tfjs.folder, 'index.js'), 'exports.loaded = true;');
    const installation = sandbox();
    write(join(installation, 'manifest.json'), '{ "variant": "cpu", "version": "9.9.0" }');
    const addon = write(addonPath(installation, tfjs), 'an addon');
    write(join(addon, '..', 'kernels.node'), 'no shared object');
    linkAddon(tfjs, addon);
    return { from, sources: join(tfjs.folder, 'binding') };
  }

  it('loads it without its operations, and says that the set-up is to run again', async () => {
    const { from, sources } = setUp();
    expect(nativeStatus({ from })).toMatchObject({ ready: true, outdated: false });
    await expect(loadTensorflow({ from })).rejects.toMatchObject({
      code: 'LOAD_FAILED',
      message: expect.stringContaining('kernels.node') as unknown,
    });
    write(join(sources, 'tfjs_backend.cc'), '// of another version');
    expect(nativeStatus({ from })).toMatchObject({ ready: true, outdated: true });
    expect(await loadTensorflow({ from })).toEqual({ loaded: true });
  });

  it('keeps settings of TensorFlow that were made before', async () => {
    const { from, sources } = setUp();
    write(join(sources, 'tfjs_backend.cc'), '// of another version');
    vi.stubEnv('TF_NUM_INTEROP_THREADS', '3');
    vi.stubEnv('TF_ENABLE_ONEDNN_OPTS', undefined);
    await loadTensorflow({ from });
    expect(process.env).toMatchObject({ TF_NUM_INTEROP_THREADS: '3', TF_ENABLE_ONEDNN_OPTS: '1' });
    vi.stubEnv('TF_NUM_INTEROP_THREADS', undefined);
    await loadTensorflow({ from });
    expect(process.env.TF_NUM_INTEROP_THREADS).toBe('-1');
  });

  it('says nothing of versions where there are no sources to compare', async () => {
    const { from, sources } = setUp();
    rmSync(sources, { recursive: true });
    expect(nativeStatus({ from })).toMatchObject({ ready: true, outdated: false });
  });
});

describeBackends(['tensorflow'], () => {
  it('loads TensorFlow once, makes it the backend, and computes', async () => {
    const tf = await loadTensorflow();
    expect(await loadTensorflow()).toBe(tf);
    expect(tf.getBackend()).toBe('tensorflow');
    const x = tf.ones<TfjsNode.Rank.R4>([1, 8, 8, 3]);
    const sum = tf.sum(tf.conv2d(x, tf.ones([3, 3, 3, 4]), 1, 'same'));
    expect([...(await sum.data())]).toEqual([5808]);
  });

  it('has what Node 23 and newer lack', async () => {
    await loadTensorflow();
    expect(Reflect.get(util, 'isNullOrUndefined')).toBeTypeOf('function');
  });

  it('is what the status says', () => {
    expect(nativeStatus()).toMatchObject({
      ready: true,
      package: { name: '@tensorflow/tfjs-node-gpu' },
    });
  });
});
