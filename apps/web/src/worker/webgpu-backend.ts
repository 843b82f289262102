import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

import { describeAdapter, isSoftwareAdapter, requestAdapter } from '../adapter.ts';
import { WebPredictorError } from '../errors.ts';
import type { StartBackend } from './serve.ts';

/**
 * A shader that does not compile throws nothing: what it should have written stays as it was, and
 * looks right. So an error that nobody caught ends the backend, as does the loss of the device.
 */
export const startWebgpu: StartBackend = async ({ allowsSoftware, onLost }) => {
  const adapter = await requestAdapter();
  if (adapter === null) throw unavailable('the browser gives no WebGPU adapter');
  const { info } = adapter;
  const isSoftware = isSoftwareAdapter(info);
  const detail = describeAdapter(info);
  if (isSoftware && !allowsSoftware) throw unavailable(`its only adapter is software (${detail})`);
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredLimits: tfjsLimits(adapter.limits) });
  } catch (cause) {
    throw unavailable(`the adapter (${detail}) gives no device: ${String(cause)}`);
  }
  void device.lost.then(({ message, reason }) =>
    onLost(message || `the browser reports the graphics device as lost (${reason})`),
  );
  device.addEventListener('uncapturederror', ({ error }) => {
    onLost(`the graphics device reports an error: ${error.message}`);
  });
  tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), 3);
  registerWebgpuKernels();
  if (!(await tf.setBackend('webgpu'))) throw unavailable('tfjs did not start on the device');
  return { detail, isSoftware };
};

/** What tfjs-backend-webgpu asks for where it makes the device itself. */
function tfjsLimits(limits: GPUSupportedLimits): Record<string, number> {
  return {
    maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
    maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
    maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
    maxBufferSize: limits.maxBufferSize,
    maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
    maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
  };
}

function unavailable(problem: string): WebPredictorError {
  return new WebPredictorError('BACKEND_UNAVAILABLE', `webgpu: ${problem}`);
}
