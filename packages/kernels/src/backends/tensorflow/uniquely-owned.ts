import type * as tf from '@tensorflow/tfjs-core';

import { tensorflow } from './backend.ts';
import { onHandlesAskedFor } from './patches.ts';
import { perBackend } from './per-backend.ts';

// TensorFlow does not tell who shares a buffer, and several of its ops (slices, reshapes) give their
// input's as their output's. Whose values a native kernel may write over is found out here: those of
// a variable that such a kernel made, which no other tensor of tfjs refers to, and which nothing but
// this package's ops has been given since.

const tracked = perBackend((backend): WeakSet<object> => {
  const unique = new WeakSet<object>();
  onHandlesAskedFor(backend, (inputs, isOwnOp) => {
    if (!isOwnOp) for (const { dataId } of inputs) unique.delete(dataId);
  });
  return unique;
});

/** Whether nothing but the variable has its values, as far as is known. */
export function isUniquelyOwned({ dataId }: tf.Variable): boolean {
  return tracked().has(dataId) && tensorflow().refCount(dataId) === 1;
}

/** Says that a variable's values were just made for it alone. */
export function markUniquelyOwned({ dataId }: tf.Variable): void {
  tracked().add(dataId);
}
