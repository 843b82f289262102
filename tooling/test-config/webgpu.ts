import { existsSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { create, globals } from 'webgpu';

/** Errors of the GPU that nobody caught: a faulty shader does not throw, its output is a stale buffer. */
export const uncapturedErrors: string[] = [];

let running: { gpu: GPU; device: GPUDevice; adapter: string } | undefined;

/** Registers the backend `webgpu` on whatever adapter there is, software ones included; says why when it cannot. */
export async function startWebgpu(): Promise<{ adapter: string } | { missing: string }> {
  if (running !== undefined) return running;
  useSoftwareDriver();
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) {
    return { missing: 'no WebGPU adapter; tooling/ci/software-gpu.sh unpacks a software one' };
  }
  Object.assign(globalThis, globals);
  // The backend refuses to start without navigator.gpu; Node 20 has no navigator at all.
  if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
  const navigator: object = Reflect.get(globalThis, 'navigator');
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { limits } = adapter;
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    // As the backend itself asks for, had we let it make the device.
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
  device.onuncapturederror = ({ error }) => void uncapturedErrors.push(error.message);
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, adapter.info), 3);
  running = { gpu, device, adapter: adapter.info.description || adapter.info.device };
  return running;
}

/** Waits for the GPU, so that its errors have come in, and takes them. */
export async function takeUncapturedErrors(): Promise<string[]> {
  await running?.device.queue.onSubmittedWorkDone();
  return uncapturedErrors.splice(0);
}

/** Without this Dawn keeps the process from ending. */
export function stopWebgpu(): void {
  if (running === undefined) return;
  tf.removeBackend('webgpu');
  running.device.destroy();
  const navigator: object = Reflect.get(globalThis, 'navigator');
  Reflect.deleteProperty(navigator, 'gpu');
  running = undefined;
}

/** Points the Vulkan loader at what tooling/ci/software-gpu.sh unpacked, unless the machine was set up otherwise. */
function useSoftwareDriver(): void {
  const { RESNET_CACHE, XDG_CACHE_HOME } = process.env;
  const cache = RESNET_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'resnet');
  const driver = join(cache, 'software-gpu', 'icd.json');
  if (process.platform !== 'linux' || process.env.VK_DRIVER_FILES || !existsSync(driver)) return;
  process.env.VK_DRIVER_FILES = driver;
  // Dawn looks for libvulkan.so.1 in the system's folders. Loaded from ours first, and kept
  // (RTLD_NODELETE; Node knows no such constant and unloads what is no addon), it finds it by name.
  const keep = 0x1000;
  try {
    process.dlopen(
      { exports: {} },
      join(cache, 'software-gpu', 'lib', 'libvulkan.so.1'),
      constants.dlopen.RTLD_NOW | keep,
    );
  } catch {
    // 'Module did not self-register': it is no addon, and stays loaded all the same.
  }
}
