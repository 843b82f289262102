import { NativeError, provision, type ProvisionOptions } from '@resnet/native';
import { expect, it, vi } from 'vitest';

import { capturedIo } from '../../../test/captured-io.ts';
import { run } from '../../program.ts';

vi.mock('@resnet/native', async (original) => ({
  ...(await original<object>()),
  provision: vi.fn<typeof provision>(),
}));

const result = {
  package: { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', folder: '/p' },
  tensorflow: '2.21.0',
  variant: 'cpu',
  installation: '/cache/tensorflow',
  addon: '/cache/addon',
  changed: true,
} as const;

async function setup(work: (options: ProvisionOptions) => void, ...args: string[]) {
  const io = capturedIo();
  vi.mocked(provision).mockImplementation(async (options = {}) => {
    work(options);
    options.signal?.throwIfAborted();
    return result;
  });
  return { io, code: await run(['setup', ...args], io), out: io.stdout(), notes: io.notes() };
}

it('says what it does, once for each thing, and where it is', async () => {
  const { code, out, notes } = await setup(({ onProgress, cuda }) => {
    expect(cuda).toBe(false);
    onProgress?.({ phase: 'download', item: 'a.whl', bytes: 1, totalBytes: 10 });
    onProgress?.({ phase: 'download', item: 'a.whl', bytes: 9, totalBytes: 10 });
    onProgress?.({ phase: 'build', item: 'the addon' });
  });
  expect(code).toBe(0);
  expect(notes).toBe('downloading a.whl\nbuilding the addon of the addon\n');
  expect(out).toContain(
    'TensorFlow 2.21.0 (CPU) is set up.\nIts libraries are in /cache/tensorflow',
  );
});

it('prints nothing but JSON when asked', async () => {
  const { out, notes } = await setup(() => undefined, '--json', '--cuda');
  expect(JSON.parse(out)).toEqual(result);
  expect(notes).toBe('');
});

it('reports what is missing and how to get it', async () => {
  const { code, notes } = await setup(() => {
    throw new NativeError('COMPILER_MISSING', 'There is no C++ compiler.', {
      hint: 'apt-get install g++',
    });
  });
  expect(code).toBe(1);
  expect(notes).toBe('error: There is no C++ compiler.\napt-get install g++\n');
});

it('ends with 130 when interrupted', async () => {
  const io = capturedIo();
  vi.mocked(provision).mockImplementation(async ({ signal } = {}) => {
    io.interrupt();
    signal?.throwIfAborted();
    return result;
  });
  expect(await run(['setup'], io)).toBe(130);
  expect(io.notes()).toContain('`resnet setup` goes on from there');
});
