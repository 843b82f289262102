import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import { type BackendName, describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';

const register: Record<BackendName, () => void> = {
  cpu: () => undefined,
  wasm: registerWasmKernels,
  tensorflow: registerTensorflowKernels,
  webgpu: registerWebgpuKernels,
};

/** The suite on each backend, with the kernels that an app would use there. */
export function describeOn(
  names: readonly BackendName[],
  suite: (backend: BackendName) => void,
): void {
  describeBackends(names, (name) => {
    beforeAll(() => {
      // The cpu backend's greeting goes out at the first write, unless this is a test ...
      tf.scalar(0).dispose();
      // ... but tfjs's own check in tests takes what an op saves for its gradient for a leak.
      tf.env().set('IS_TEST', false);
      register[name]();
    });
    suite(name);
  });
}
