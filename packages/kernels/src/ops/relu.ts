import * as tf from '@tensorflow/tfjs-core';

import { KernelSet } from '../kernel-set.ts';
import { differentiable } from '../tfjs/tape.ts';

/** What backends replace of `relu`, on tensors of any shape. */
export interface ReluKernels {
  readonly forward: <T extends tf.Tensor>(x: T) => T;
  /** `dy` where `output > 0`, else 0. */
  readonly gradient: <T extends tf.Tensor>(dy: T, output: T) => T;
}

/** The kernels of `relu`. */
export const reluKernels: KernelSet<ReluKernels> = /* @__PURE__ */ new KernelSet<ReluKernels>({
  forward: (x) => tf.relu(x),
  // `step` maps 0 to 0: no gradient at the kink, as torch has it.
  gradient: <T extends tf.Tensor>(dy: T, output: T) =>
    tf.tidy(() => tf.mul<T>(dy, tf.step(output))),
});

/**
 * `max(x, 0)`, any shape. Saves its output, not its input, for the gradient. Differentiable in x.
 * The caller owns the result.
 */
export function relu<T extends tf.Tensor>(x: T): T {
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [T]) => void): [T] => {
      const result = reluKernels.active().forward(x);
      save([result]);
      return [result];
    },
    backward: ([dy], [saved]) => ({ x: () => reluKernels.active().gradient(dy, saved) }),
  });
  return output;
}
