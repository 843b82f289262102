import * as tf from '@tensorflow/tfjs-core';

import { checkShape } from '../geometry.ts';
import { primitives } from '../registry.ts';
import { differentiable } from '../tfjs/tape.ts';

/** `max(x, 0)`, any shape. Keeps its output, not its input, for the gradient. */
export function relu<T extends tf.Tensor>(x: T): T {
  const [output] = differentiable({
    inputs: { x },
    forward: (save: (tensors: [T]) => void): [T] => {
      const result = primitives().relu(x);
      save([result]);
      return [result];
    },
    backward: ([dy], [kept]) => ({ x: () => primitives().reluGradient(dy, kept) }),
  });
  return output;
}

/**
 * `max(a + b, 0)` of equal shapes: the end of a residual block.
 *
 * @throws KernelError if the shapes differ
 */
export function addRelu<T extends tf.Tensor>(a: T, b: T): T {
  checkShape('addRelu', 'b', b.shape, a.shape);
  const [output] = differentiable({
    inputs: { a, b },
    forward: (save: (tensors: [T]) => void): [T] => {
      const result = primitives().addRelu(a, b);
      save([result]);
      return [result];
    },
    backward: ([dy], [kept]) => {
      const gradient = primitives().reluGradient(dy, kept);
      // Two tensors on one buffer: the tape disposes what it has added up.
      return { a: () => tf.clone(gradient), b: () => tf.clone(gradient) };
    },
  });
  return output;
}
