import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fakeWheel, sandbox, wheelFiles } from '../test/sandbox.ts';
import { isNeeded, unpackWheel } from './unpack.ts';

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

describe('unpackWheel', () => {
  it('takes the libraries and the headers needed, and nothing else', async () => {
    const folder = sandbox();
    const { wheel, target, source } = fakeWheel(folder);
    const tree = join(folder, 'tree');
    await unpackWheel(source, wheel, tree, target);
    expect(listing(tree)).toEqual([
      'tensorflow/include/tensorflow/c/c_api.h',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
    ]);
    expect(readFileSync(join(tree, 'tensorflow/libtensorflow_cc.so.2'), 'utf8')).toBe(
      'the library',
    );
    expect(statSync(join(tree, 'tensorflow/libtensorflow_cc.so.2')).mode & 0o111).not.toBe(0);
    expect(statSync(join(tree, 'tensorflow/libtensorflow_framework.so.2')).mode & 0o111).toBe(0);
  });

  it('names what a wheel lacks', async () => {
    const folder = sandbox();
    const { wheel, target, source } = fakeWheel(folder, wheelFiles.slice(0, 1));
    await expect(unpackWheel(source, wheel, join(folder, 'tree'), target)).rejects.toMatchObject({
      code: 'WHEEL_INVALID',
      message: expect.stringContaining('libtensorflow_framework.so.2') as unknown,
    });
  });

  it.each([
    ['no zip file', Buffer.from('<html>Sign in</html>')],
    ['cut off', undefined],
  ])('refuses what is %s', async (_, content) => {
    const folder = sandbox();
    const { wheel, target, source } = fakeWheel(folder);
    writeFileSync(source, content ?? readFileSync(source).subarray(0, 100));
    await expect(unpackWheel(source, wheel, join(folder, 'tree'), target)).rejects.toMatchObject({
      code: 'WHEEL_INVALID',
    });
  });

  it('never writes outside its folder', async () => {
    const folder = sandbox();
    const evil = [...wheelFiles, { path: '../evil.so', content: 'x' }];
    const { wheel, target, source } = fakeWheel(folder, evil);
    await expect(unpackWheel(source, wheel, join(folder, 'tree'), target)).rejects.toMatchObject({
      code: 'WHEEL_INVALID',
    });
  });
});

describe('isNeeded', () => {
  const { target } = fakeWheel(sandbox());

  it.each([
    ['nvidia/cudnn/lib/libcudnn.so.9', true],
    ['nvidia/cuda_nvcc/bin/ptxas', true],
    ['nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc', true],
    ['nvidia/cudnn/include/cudnn.h', false],
    ['nvidia/cublas/lib/', false],
    ['tensorflow/include/xla/tsl/c/tsl_status.h', true],
    ['tensorflow/include/xla/service/hlo.pb.h', false],
    ['tensorflow/lite/libtensorflow_cc.so.2', false],
  ])('%s: %s', (path, expected) => {
    expect(isNeeded(path, target)).toBe(expected);
  });
});
