import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../../errors.ts';

/** What a WebAssembly module may import as its memory; the platform's own type is not needed. */
export type WasmMemory = object;

/** The parts of tfjs's wasm backend that the kernels here touch, by shape: it is not imported. */
export interface WasmBackend {
  readonly wasm: {
    /** What the plain builds export. */
    readonly asm?: { readonly memory?: WasmMemory };
    /** What the threaded build imports, and shares with its workers. */
    readonly wasmMemory?: WasmMemory;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  /** Counts one more tensor that shares the values. */
  incRef(dataId: object): void;
  makeOutput(shape: readonly number[], dtype: 'float32'): tf.TensorInfo;
}

/** Whether a backend has what is needed of it here. */
export function isWasmBackend(backend: unknown): backend is WasmBackend {
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'wasm' in backend &&
    'dataIdMap' in backend &&
    'makeOutput' in backend
  );
}

/** The active backend. */
export function wasmBackend(): WasmBackend {
  const backend = tf.backend();
  if (isWasmBackend(backend)) return backend;
  throw new KernelError(
    'BACKEND_MISMATCH',
    `wasm: expected tfjs's wasm backend to be active, received ${tf.getBackend()}`,
  );
}

/**
 * Where a tensor's values lie in the backend's memory. Addresses stay valid when the memory grows
 * (typed arrays over it do not, so none is ever made here).
 */
export function address(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

/** A new tensor of unset values, tracked as any other: the enclosing tidy or the caller owns it. */
export function allocate<T extends tf.Tensor>(backend: WasmBackend, shape: T['shape']): T;
export function allocate(backend: WasmBackend, shape: number[]): tf.Tensor {
  const tensor = tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'));
  if (tensor.size > 0 && address(backend, tensor) === 0) {
    tensor.dispose();
    // Without the check, values would be written over those at address 0.
    throw new KernelError(
      'OUT_OF_MEMORY',
      `wasm: expected room for a tensor [${shape.join(', ')}], received none: WebAssembly's memory is full`,
      { hint: 'Use smaller batches or images, or dispose of tensors sooner.' },
    );
  }
  return tensor;
}
