import * as tf from '@tensorflow/tfjs-core';

import { moveToScope, privateEngine, type NamedTensors } from './engine.ts';
import { releaseSpent, setSpent } from './spent.ts';

/** Hands tensors over. */
type HandOver = (...tensors: readonly tf.Tensor[]) => void;

/** An op with its gradient. */
export interface Differentiable<
  I extends NamedTensors,
  O extends tf.Tensor[],
  S extends readonly (tf.Tensor | undefined)[],
> {
  /** The tensors that gradients flow to. */
  readonly inputs: I;
  /**
   * Computes the outputs. `save` hands tensors to `backward` where a gradient will be taken.
   * `saveAuxiliary` takes auxiliary outputs: the caller's, too, but no gradient comes by them.
   */
  readonly forward: (save: (tensors: S) => void, saveAuxiliary: HandOver) => O;
  /**
   * Given the gradients by the outputs (zeros where nothing uses one) and what was saved: how to
   * compute the gradient by each input. Only those that lead to something asked for are called, in
   * the order of the inputs. One that computes the gradients of others too hands them to
   * `releaseLater`.
   */
  readonly backward: (
    dys: O,
    saved: S,
    releaseLater: HandOver,
  ) => Readonly<Record<keyof I, () => tf.Tensor>>;
}

/**
 * Runs an op with a gradient of its own on tfjs's tape. The caller owns the outputs, as those of any
 * op of tfjs. First-order gradients only: a gradient cannot be differentiated.
 */
export function differentiable<
  I extends NamedTensors,
  O extends tf.Tensor[],
  S extends readonly (tf.Tensor | undefined)[],
>({ inputs, forward, backward }: Differentiable<I, O, S>): O {
  const engine = privateEngine();
  const auxiliary: tf.Tensor[] = [];
  try {
    return engine.runKernelFunc<I, O, S>({
      inputs,
      // tfjs makes zeros as the gradient of each output that nothing uses: these are not outputs.
      forwardFunc: (_, save) =>
        forward(save, (...tensors) => {
          for (const tensor of tensors) auxiliary.push(tf.keep(tensor));
        }),
      backwardsFunc: (dy, saved) => {
        releaseSpent();
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- tfjs unwraps a single one
        const dys = (Array.isArray(dy) ? dy : [dy]) as O;
        setSpent(engine, dys, saved);
        const scope = engine.state.activeScope;
        return backward(dys, saved, (...tensors) => moveToScope(scope, tensors));
      },
    });
  } finally {
    for (const tensor of auxiliary) {
      tensor.kept = false;
      engine.track(tensor);
    }
  }
}

/**
 * Frees what ops saved for their gradients: after an error tfjs forgets it without freeing it, and
 * whoever tries again with a smaller batch, out of memory, needs it. Nothing happens inside a
 * gradient that is under way.
 */
export function releaseTape(): void {
  const { state } = privateEngine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) tf.dispose([...(saved ?? [])]);
  state.activeTape = null;
}
