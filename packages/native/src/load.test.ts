import util from 'node:util';

import { describeBackends } from '@resnet/test-config/backends';
import type * as TfjsNode from '@tensorflow/tfjs-node-gpu';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { fakeProject, sandbox } from '../test/sandbox.ts';
import { loadTensorflow } from './load.ts';
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
      advice: expect.stringContaining('setup') as unknown,
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
