import { expect, it } from 'vitest';

import { isSoftware } from './webgpu.ts';

const info = (parts: Partial<GPUAdapterInfo>): GPUAdapterInfo => ({
  __brand: 'GPUAdapterInfo',
  vendor: '',
  architecture: '',
  device: '',
  description: '',
  subgroupMinSize: 4,
  subgroupMaxSize: 128,
  isFallbackAdapter: false,
  ...parts,
});

it.each([
  { isFallbackAdapter: true },
  { vendor: 'mesa', description: 'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)' },
  { vendor: 'google', architecture: 'swiftshader' },
  { description: 'Microsoft Basic Render Driver' },
])('knows a renderer on the CPU: %o', (parts) => {
  expect(isSoftware(info(parts))).toBe(true);
});

it.each([
  { vendor: 'nvidia', architecture: 'hopper', description: 'NVIDIA H100' },
  { vendor: 'intel', architecture: 'gen-12lp', description: 'Intel(R) Iris(R) Xe Graphics' },
  { vendor: 'apple', architecture: 'metal-3' },
])('knows a GPU: %o', (parts) => {
  expect(isSoftware(info(parts))).toBe(false);
});
