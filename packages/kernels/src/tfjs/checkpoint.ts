import * as tf from '@tensorflow/tfjs-core';

import { privateEngine, type NamedTensors } from './engine.ts';
import { releaseSpent, setSpent, withNothingSpent } from './spent.ts';

/**
 * Runs `compute(x)` without saving what its gradient needs, and once more when the backward pass
 * comes to it (gradient checkpointing: Chen et al., arXiv 1604.06174). Differentiable in x and
 * `parameters`. Both runs must compute the same, so whatever `compute` draws or hands out must
 * differ by `isRepeated` alone. The caller owns the output.
 *
 * @param parameters the tensors besides x that gradients flow to; `compute` depends on all of them
 */
export function checkpoint<X extends tf.Tensor, O extends tf.Tensor>(
  x: X,
  parameters: readonly tf.Tensor[],
  compute: (x: X, isRepeated: boolean) => O,
): O {
  const engine = privateEngine();
  const inputs = Object.fromEntries([x, ...parameters].map((tensor, i) => [i, tensor]));
  const [output] = engine.runKernelFunc<NamedTensors, [O], [X]>({
    inputs,
    forwardFunc: (_, save) => {
      save([x]);
      return [compute(x, false)];
    },
    backwardsFunc: (dy, saved) => {
      releaseSpent();
      const dys: [O] = Array.isArray(dy) ? dy : [dy];
      // tf.grads hands over x alone of what it differentiates by: `compute` has the parameters.
      const gradients = gradientsOf((input) => compute(input, true), saved[0], parameters, dys[0]);
      setSpent(engine, dys, saved);
      return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
    },
  });
  return output;
}

/**
 * The gradients of `compute(x)` by x and `parameters`, in the midst of another backward pass. The
 * caller owns them.
 */
export function gradientsOf<X extends tf.Tensor>(
  compute: (x: X) => tf.Tensor,
  x: X,
  parameters: readonly tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  return onTapeOfItsOwn(() =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the clone of x
    tf.grads((input: tf.Tensor) => compute(input as X))([x, ...parameters], dy),
  );
}

/** tfjs has one tape at a time, and forgets it at the end of a gradient. */
function onTapeOfItsOwn<T>(differentiate: () => T): T {
  const { state } = privateEngine();
  const outer = state.activeTape;
  state.activeTape = null;
  try {
    return withNothingSpent(differentiate);
  } finally {
    // After an error tfjs leaves there what ops had saved.
    for (const { saved } of state.activeTape ?? []) tf.dispose([...(saved ?? [])]);
    state.activeTape = outer;
  }
}
