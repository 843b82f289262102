import { expect, it } from 'vitest';

import { hasVulkanLoader, isLibrary } from './vulkan-loader.ts';

it('distinguishes a library of the system from one that is not', () => {
  const isLinux = process.platform === 'linux';
  const others = process.platform === 'darwin' ? '/usr/lib/libSystem.B.dylib' : 'kernel32.dll';
  expect(isLibrary(isLinux ? 'libm.so.6' : others)).toBe(true);
  expect(isLibrary('libresnet-none.so.1')).toBe(false);
  expect(hasVulkanLoader()).toBe(isLinux ? isLibrary('libvulkan.so.1') : true);
});
