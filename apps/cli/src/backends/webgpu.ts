import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import * as tf from '@tensorflow/tfjs-core';

import type { Backend, Missing } from './types.ts';
import { hasVulkanLoader } from './vulkan-loader.ts';

// Dawn's devices live as long as its instance, and the instance as long as this reference.
let instance: GPU | undefined;

/** WebGPU through Dawn, on Vulkan, Metal or Direct3D 12. */
export const webgpu: Backend = {
  async check() {
    const found = await findAdapter();
    if ('problem' in found) return found;
    const { info } = found;
    if (!isSoftware(info)) return undefined;
    return { onlyByName: `its adapter is software (${describeAdapter(info)}), slower than wasm` };
  },

  async start() {
    const found = await findAdapter();
    if ('problem' in found) throw new Error(`${found.problem} ${found.hint}`);
    const { globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    // The backend refuses to start without navigator.gpu; Node 20 has no navigator at all.
    if (!('navigator' in globalThis)) Object.assign(globalThis, { navigator: {} });
    const navigator: object = Reflect.get(globalThis, 'navigator');
    Object.defineProperty(navigator, 'gpu', { value: instance, configurable: true });
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    const device = await requestDevice(found);
    tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => new WebGPUBackend(device, found.info), 3);
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs-backend-webgpu did not start.');
    registerWebgpuKernels();
    return {
      detail: `${describeAdapter(found.info)}${isSoftware(found.info) ? ' (software)' : ''}`,
      async dispose() {
        await device.queue.onSubmittedWorkDone();
        tf.removeBackend('webgpu');
        device.destroy();
        Reflect.deleteProperty(navigator, 'gpu');
        instance = undefined;
      },
    };
  },
};

async function findAdapter(): Promise<GPUAdapter | Missing> {
  if (!hasVulkanLoader()) return noAdapter();
  try {
    const { create } = await import('webgpu');
    instance ??= create([]);
  } catch (error) {
    return {
      problem: `Dawn did not load: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'The npm package webgpu has binaries for Linux, macOS and Windows on x64 and arm64.',
    };
  }
  const adapter = await instance.requestAdapter({ powerPreference: 'high-performance' });
  return adapter ?? noAdapter();
}

function noAdapter(): Missing {
  return {
    problem: 'No graphics adapter was found.',
    hint:
      process.platform === 'linux'
        ? "Install the GPU's Vulkan driver (Debian, Ubuntu: apt-get install libvulkan1 mesa-vulkan-drivers, or NVIDIA's)."
        : "Install the GPU's current driver.",
  };
}

/** Asks for the limits that tfjs-backend-webgpu asks for, when it makes the device itself. */
function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: {
      maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
      maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
      maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
      maxBufferSize: limits.maxBufferSize,
      maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
      maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
    },
  });
}

/** Renderers that run on the CPU: WebGPU marks them as fallback adapters, not all drivers do. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  if (info.isFallbackAdapter) return true;
  const names = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return /llvmpipe|lavapipe|swiftshader|software|basic render|\bwarp\b/i.test(names);
}

function describeAdapter({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return (
    description || [vendor, architecture, device].filter(Boolean).join(' ') || 'unnamed adapter'
  );
}
