import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import { type BackendName, describeBackends } from '@resnet/test-config/backends';
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
      register[name]();
    });
    suite(name);
  });
}
