// What is changed in tfjs-node's backend: ../../tfjs/README.md says why.

import type * as tf from '@tensorflow/tfjs-core';

import { isOwnOp, type TensorflowBackend } from './backend.ts';

/** Gets the tensors whose values an op is about to get, and whether the op is one of this package's. */
export type HandlesListener = (inputs: readonly tf.TensorInfo[], isOwnOp: boolean) => void;

const listeners = new WeakMap<TensorflowBackend, HandlesListener[]>();

/** Calls `listener` before any op is given tensors' values. */
export function onHandlesAskedFor(backend: TensorflowBackend, listener: HandlesListener): void {
  const present = listeners.get(backend);
  if (present !== undefined) {
    present.push(listener);
    return;
  }
  const all = [listener];
  listeners.set(backend, all);
  const getInputTensorIds = backend.getInputTensorIds.bind(backend);
  backend.getInputTensorIds = (inputs) => {
    const isOwn = isOwnOp();
    for (const each of all) each(inputs, isOwn);
    return getInputTensorIds(inputs);
  };
}

/** Calls `listener` before a tensor's values are read. */
export function onRead(backend: TensorflowBackend, listener: (dataId: object) => void): void {
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    listener(dataId);
    return readSync(dataId);
  };
}
