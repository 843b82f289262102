import * as tf from '@tensorflow/tfjs-core';

import { checkShape } from '../geometry.ts';
import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';
import { reluKernels } from './relu.ts';

/** What backends replace of `addRelu`; its gradient is ReLU's. */
export interface AddReluKernels {
  /** Of equal shapes. */
  readonly forward: <T extends tf.Tensor>(a: T, b: T) => T;
}

/** The kernels of `addRelu`. */
export const addReluKernels: KernelSet<AddReluKernels> =
  /* @__PURE__ */ new KernelSet<AddReluKernels>({
    forward: <T extends tf.Tensor>(a: T, b: T) => tf.tidy(() => tf.relu(tf.add<T>(a, b))),
  });

/**
 * `max(a + b, 0)` of equal shapes: the end of a residual block. Differentiable in both. The caller
 * owns the result.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes differ
 */
export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  checkShape('addRelu', 'b', b.shape, a.shape);
  const [output] = differentiable({
    inputs: { a, b },
    forward: (save: (tensors: [T]) => void): [T] => {
      const result = addReluKernels.active().forward(a, b);
      save([result]);
      return [result];
    },
    backward: ([dy], [saved]) => {
      const gradient = reluKernels.active().gradient(dy, saved);
      // Two tensors on one buffer: the tape disposes what it has added up.
      return { a: () => tf.clone(gradient), b: () => tf.clone(gradient) };
    },
  });
  return output;
}
