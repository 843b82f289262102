import type * as tf from '@tensorflow/tfjs-core';

import { tensorflow, unwatched } from './backend.ts';
import { perBackend } from './per-backend.ts';

// TensorFlow tells nobody who shares a buffer, and several of its operations (slices, reshapes) give
// their input's as their output's. Whose values an operation of ours may change in place is found out
// here: those of a variable that such an operation made, which no other tensor of tfjs refers to, and
// which nothing but operations of ours has been given since.

const watched = perBackend((backend): WeakSet<object> => {
  const sole = new WeakSet<object>();
  const getInputTensorIds = backend.getInputTensorIds.bind(backend);
  backend.getInputTensorIds = (inputs) => {
    if (!unwatched()) for (const { dataId } of inputs) sole.delete(dataId);
    return getInputTensorIds(inputs);
  };
  return sole;
});

/** Whether nothing but the variable has its values, as far as is known. */
export function isSole({ dataId }: tf.Variable): boolean {
  return watched().has(dataId) && tensorflow().refCount(dataId) === 1;
}

/** Says that a variable's values were just made for it alone. */
export function markSole({ dataId }: tf.Variable): void {
  watched().add(dataId);
}
