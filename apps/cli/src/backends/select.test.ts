import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { FailureError } from '../errors.ts';
import { selectBackend } from './select.ts';
import type { Backend, BackendName } from './types.ts';

const started: string[] = [];
let disposals = 0;

/** A backend that works, with parts replaced. */
function pretend(name: string, parts: Partial<Backend> = {}): Backend {
  return {
    check: () => Promise.resolve(undefined),
    start: () => {
      started.push(name);
      return Promise.resolve({
        detail: `${name} 1.0`,
        dispose: async () => void disposals++,
      });
    },
    ...parts,
  };
}

function table(
  parts: Partial<Record<BackendName, Partial<Backend>>>,
): Record<BackendName, Backend> {
  started.length = 0;
  return {
    tensorflow: pretend('tensorflow', parts.tensorflow),
    webgpu: pretend('webgpu', parts.webgpu),
    wasm: pretend('wasm', parts.wasm),
    cpu: pretend('cpu', parts.cpu),
  };
}

const missing = { problem: 'not set up', hint: 'resnet setup' };

describe('auto', () => {
  it('takes tensorflow where it is set up, and starts nothing else', async () => {
    const selected = await selectBackend('auto', table({}));
    expect(selected).toMatchObject({
      name: 'tensorflow',
      detail: 'tensorflow 1.0',
      passedOver: [],
    });
    expect(started).toEqual(['tensorflow']);
  });

  it('takes webgpu on a hardware adapter next, and says what is missing', async () => {
    const selected = await selectBackend(
      'auto',
      table({ tensorflow: { check: () => Promise.resolve(missing) } }),
    );
    expect(selected.name).toBe('webgpu');
    expect(selected.reason).toContain('without tensorflow');
    expect(selected.passedOver).toEqual([{ name: 'tensorflow', ...missing }]);
  });

  it('passes over webgpu on a software adapter', async () => {
    const selected = await selectBackend(
      'auto',
      table({
        tensorflow: { check: () => Promise.resolve(missing) },
        webgpu: { check: () => Promise.resolve({ onlyByName: 'software' }) },
      }),
    );
    expect(selected.name).toBe('wasm');
    expect(selected.passedOver[1]).toEqual({ name: 'webgpu', problem: 'software' });
    expect(started).toEqual(['wasm']);
  });

  it('goes on where one that seemed to be there does not start', async () => {
    const broken = { start: () => Promise.reject(new Error('libtensorflow is damaged')) };
    const selected = await selectBackend('auto', table({ tensorflow: broken, webgpu: broken }));
    expect(selected.name).toBe('wasm');
    expect(selected.passedOver.map(({ problem }) => problem)).toEqual([
      'libtensorflow is damaged',
      'libtensorflow is damaged',
    ]);
  });

  it('says so when nothing works', async () => {
    const broken = { start: () => Promise.reject(new Error('no')) };
    const all = { tensorflow: broken, webgpu: broken, wasm: broken, cpu: broken };
    await expect(selectBackend('auto', table(all))).rejects.toThrow(FailureError);
  });
});

describe('a backend by name', () => {
  it('is taken even on a software adapter', async () => {
    const selected = await selectBackend(
      'webgpu',
      table({ webgpu: { check: () => Promise.resolve({ onlyByName: 'software' }) } }),
    );
    expect(selected).toMatchObject({ name: 'webgpu', reason: 'asked for' });
  });

  it('is never replaced by another: what is missing is said, with how to get it', async () => {
    const received = selectBackend(
      'tensorflow',
      table({ tensorflow: { check: () => Promise.resolve(missing) } }),
    );
    await expect(received).rejects.toMatchObject({
      name: 'FailureError',
      message: 'The backend tensorflow does not work here: not set up',
      hint: 'resnet setup',
    });
    expect(started).toEqual([]);
  });

  it('is disposed of once', async () => {
    disposals = 0;
    const selected = await selectBackend('wasm', table({}));
    await selected.dispose();
    await selected.dispose();
    expect(disposals).toBe(1);
  });

  it.each(['cpu', 'wasm'] as const)('%s works everywhere', async (name) => {
    const selected = await selectBackend(name);
    expect(tf.getBackend()).toBe(name);
    const sum = tf.sum(tf.ones([3]));
    expect([...(await sum.data())]).toEqual([3]);
    sum.dispose();
    await selected.dispose();
  });
});
