import * as tf from '@tensorflow/tfjs-core';

type NamedTensors = Record<string, tf.Tensor>;

interface Operation<
  I extends NamedTensors,
  O extends tf.Tensor[],
  S extends readonly (tf.Tensor | undefined)[],
> {
  /** The tensors that gradients flow to. */
  readonly inputs: I;
  /** Computes the outputs; `save` hands tensors to `backward` where a gradient will be taken. */
  readonly forward: (save: (tensors: S) => void) => O;
  /**
   * Given the gradients by the outputs (zeros where nothing uses one) and what was saved, how to
   * compute the gradient by each input. Only those that lead to something asked for are called.
   */
  readonly backward: (dys: O, saved: S) => Readonly<Record<keyof I, () => tf.Tensor>>;
}

/**
 * The part of tfjs's engine that `customGrad` is made of. `customGrad` itself has one output and
 * computes every gradient, asked for or not; this lower door gives several outputs and lazy
 * gradients. It is not in the public types, and has been the same since tfjs 2.
 */
interface Engine {
  readonly state: { readonly gradientDepth: number; readonly activeScope: { readonly id: number } };
  runKernelFunc<I extends NamedTensors, O extends tf.Tensor[], S>(operation: {
    inputs: I;
    forwardFunc: (backend: unknown, save: (tensors: S) => void) => O;
    backwardsFunc: (dy: O | O[0], saved: S) => Readonly<Record<keyof I, () => tf.Tensor>>;
  }): O;
}

// The tape walks backwards, one operation after the other. When the next one starts, nothing needs
// the saved activations and incoming gradients of the one before. tfjs would hold them all until
// the end of the pass; letting go at once keeps the peak of memory near that of the forward pass.
let spent: tf.Tensor[] = [];

function releaseSpent(): void {
  tf.dispose(spent);
  spent = [];
}

/**
 * Runs an operation with a gradient of its own on tfjs's tape. The caller owns the outputs, as
 * those of any tfjs operation. First-order gradients only: a gradient cannot be differentiated.
 */
export function differentiable<
  I extends NamedTensors,
  O extends tf.Tensor[],
  S extends readonly (tf.Tensor | undefined)[],
>({ inputs, forward, backward }: Operation<I, O, S>): O {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Engine
  const engine = tf.engine() as unknown as Engine;
  return engine.runKernelFunc<I, O, S>({
    inputs,
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: (dy, saved) => {
      releaseSpent();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- tfjs unwraps a single one
      const dys = (Array.isArray(dy) ? dy : [dy]) as O;
      if (engine.state.gradientDepth === 0) {
        // A gradient that the caller of `tf.grad` passed in belongs to another scope, and stays.
        const scope = engine.state.activeScope.id;
        const own = dys.filter((tensor) => tensor.scopeId === scope && !tensor.kept);
        spent = [...saved.filter((tensor) => tensor !== undefined), ...own];
      }
      return backward(dys, saved);
    },
  });
}
