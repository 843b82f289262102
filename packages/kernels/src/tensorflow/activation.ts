import * as tf from '@tensorflow/tfjs-core';

import { type } from './attributes.ts';
import { run } from './backend.ts';
import { hasOwnOperations } from './own-operations.ts';

/** tfjs's own gradient is `Step` and `Mul`, five operations; it took 15-20 % of a training step. */
export function reluGradient<T extends tf.Tensor>(dy: T, output: T): T {
  return run('ReluGrad', [type('T', 'float32')], [dy, output]);
}

export function relu<T extends tf.Tensor>(x: T): T {
  return run('Relu', [type('T', 'float32')], [x]);
}

export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  if (hasOwnOperations()) return run('ResnetAddRelu', [type('T', 'float32')], [a, b]);
  const sum = run('AddV2', [type('T', 'float32')], [a, b]);
  const output = run<T>('Relu', [type('T', 'float32')], [sum]);
  tf.dispose(sum);
  return output;
}
