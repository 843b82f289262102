import { describe, expect, it } from 'vitest';

import { targetFor } from './targets.ts';

const supported = [
  ['cpu', 'linux', 'x64', 1],
  ['cpu', 'linux', 'arm64', 1],
  ['cpu', 'darwin', 'arm64', 1],
  ['cuda', 'linux', 'x64', 13],
] as const;

describe('targetFor', () => {
  it.each(supported)('pins every file of %s on %s %s', (variant, platform, arch, count) => {
    const target = targetFor(variant, { platform, arch });
    expect(target.id).toBe(`tensorflow-2.21.0-${variant}-${platform}-${arch}`);
    expect(target.wheels).toHaveLength(count);
    expect(new Set(target.wheels.map(({ sha256 }) => sha256)).size).toBe(count);
    for (const { file, sha256, name, version } of target.wheels) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(file).toMatch(/^[\w.]+-[\d.]+-(cp311-cp311|py3-none)-[\w.]+\.whl$/);
      expect(file.startsWith(`${name.replaceAll('-', '_')}-${version}-`)).toBe(true);
    }
  });

  it("takes all of CUDA's libraries that tensorflow's extra `and-cuda` asks for", () => {
    const names = targetFor('cuda', { platform: 'linux', arch: 'x64' }).wheels.map(
      ({ name }) => name,
    );
    // requires_dist in the METADATA of tensorflow 2.21.0.
    const asked =
      'cublas cuda-cupti cuda-nvcc cuda-nvrtc cuda-runtime cudnn cufft curand cusolver cusparse nccl nvjitlink';
    expect(names).toEqual(['tensorflow', ...asked.split(' ').map((part) => `nvidia-${part}-cu12`)]);
  });

  it.each([
    ['cpu', 'win32', 'x64', /own install script/],
    ['cpu', 'darwin', 'x64', /wasm backend/],
    ['cuda', 'linux', 'arm64', /webgpu/],
  ] as const)('refuses %s on %s %s with what to use instead', (variant, platform, arch, hint) => {
    let error: unknown;
    try {
      targetFor(variant, { platform, arch });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({
      code: 'UNSUPPORTED_PLATFORM',
      hint: expect.stringMatching(hint) as unknown,
    });
  });
});
