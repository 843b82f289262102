/* oxlint-disable typescript/no-unsafe-type-assertion -- customGrad's types do not say which argument is which */
import * as tf from '@tensorflow/tfjs-core';

type Save = (tensors: tf.Tensor[]) => void;

interface Computed<O extends tf.Tensor> {
  readonly value: O;
  /** One tensor of its own for each input, as whoever takes it may free it. */
  readonly gradient: (dy: O, saved: readonly tf.Tensor[]) => tf.Tensor[];
}

/**
 * tfjs's `customGrad`, typed. tfjs-core brings no gradients of its own, so each operation says
 * what its gradient is, and works whether or not the program has registered tfjs's.
 */
export function differentiable<O extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  compute: (save: Save) => Computed<O>,
): O {
  const operation = tf.customGrad((...args) => {
    const { value, gradient } = compute(args.at(-1) as Save);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradient(dy as O, saved) };
  });
  return operation(...inputs);
}
