import * as tf from '@tensorflow/tfjs-core';

type NamedTensors = Record<string, tf.Tensor>;

interface Operation<
  I extends NamedTensors,
  O extends tf.Tensor[],
  S extends readonly (tf.Tensor | undefined)[],
> {
  /** The tensors that gradients flow to. */
  readonly inputs: I;
  /**
   * Computes the outputs; `save` hands tensors to `backward` where a gradient will be taken. What it
   * puts `aside` is not freed with the rest: the caller's, too, but nothing that gradients come by.
   */
  readonly forward: (save: (tensors: S) => void, aside: Aside) => O;
  /**
   * Given the gradients by the outputs (zeros where nothing uses one) and what was saved, how to
   * compute the gradient by each input. Only those that lead to something asked for are called, in
   * the order of the inputs. What one of them makes for the others, too, it is to `share`.
   */
  readonly backward: (dys: O, saved: S, share: Aside) => Readonly<Record<keyof I, () => tf.Tensor>>;
}

type Aside = (...tensors: readonly tf.Tensor[]) => void;

interface Scope {
  readonly id: number;
  /** What it frees at its end. */
  track: tf.Tensor[];
}

/**
 * The part of tfjs's engine that `customGrad` is made of. `customGrad` itself has one output and
 * computes every gradient, asked for or not; this lower door gives several outputs and lazy
 * gradients. It is not in the public types, and has been the same since tfjs 2.
 */
interface Engine {
  readonly state: {
    readonly gradientDepth: number;
    readonly activeScope: Scope;
    activeTape: readonly { readonly saved?: readonly tf.Tensor[] }[] | null;
  };
  /** Lets the scope under way free a tensor at its end. */
  track(tensor: tf.Tensor): void;
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
  const besides: tf.Tensor[] = [];
  try {
    return engine.runKernelFunc<I, O, S>({
      inputs,
      // tfjs makes zeros as the gradient of each output that nothing uses: these are not outputs.
      forwardFunc: (_, save) =>
        forward(save, (...tensors) => {
          for (const tensor of tensors) besides.push(tf.keep(tensor));
        }),
      backwardsFunc: (dy, saved) => {
        releaseSpent();
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- tfjs unwraps a single one
        const dys = (Array.isArray(dy) ? dy : [dy]) as O;
        if (engine.state.gradientDepth === 0) spent = spentAfter(engine, dys, saved);
        const scope = engine.state.activeScope;
        return backward(dys, saved, (...tensors) => moveTo(scope, engine, tensors));
      },
    });
  } finally {
    for (const tensor of besides) {
      tensor.kept = false;
      engine.track(tensor);
    }
  }
}

/** Lets an outer scope free tensors that the one under way has made. */
function moveTo(outer: Scope, { state }: Engine, tensors: readonly tf.Tensor[]): void {
  const inner = state.activeScope;
  if (inner === outer) return;
  const moved = new Set(tensors);
  inner.track = inner.track.filter((tensor) => !moved.has(tensor));
  for (const tensor of moved) {
    tensor.scopeId = outer.id;
    outer.track.push(tensor);
  }
}

function spentAfter(
  engine: Engine,
  dys: readonly tf.Tensor[],
  saved: readonly (tf.Tensor | undefined)[],
): tf.Tensor[] {
  // A gradient that the caller of `tf.grad` passed in belongs to another scope, and stays.
  const scope = engine.state.activeScope.id;
  const own = dys.filter((tensor) => tensor.scopeId === scope && !tensor.kept);
  return [...saved.filter((tensor) => tensor !== undefined), ...own];
}

/**
 * Runs `compute(x)` without keeping what its gradient needs, and once more when the backward pass
 * comes to it (gradient checkpointing: Chen et al., arXiv 1604.06174). Differentiable in x and
 * `parameters`; both runs are to compute the same, so whatever `compute` draws or hands out must
 * differ by `isRepeated` alone. The caller owns the output.
 *
 * @param parameters the tensors besides x that gradients flow to; `compute` depends on all of them
 */
export function checkpoint<X extends tf.Tensor, O extends tf.Tensor>(
  x: X,
  parameters: readonly tf.Tensor[],
  compute: (x: X, isRepeated: boolean) => O,
): O {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Engine
  const engine = tf.engine() as unknown as Engine;
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
      if (engine.state.gradientDepth === 0) spent = spentAfter(engine, dys, saved);
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
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Engine
  const engine = tf.engine() as unknown as Engine;
  return onTapeOfItsOwn(engine, () =>
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the clone of x
    tf.grads((input: tf.Tensor) => compute(input as X))([x, ...parameters], dy),
  );
}

/** tfjs has one tape at a time, and forgets it at the end of a gradient. */
function onTapeOfItsOwn<T>(engine: Engine, differentiate: () => T): T {
  const { state } = engine;
  const outer = state.activeTape;
  const outerSpent = spent;
  state.activeTape = null;
  spent = [];
  try {
    return differentiate();
  } finally {
    releaseSpent();
    // After an error tfjs leaves there what operations had saved.
    for (const { saved } of state.activeTape ?? []) tf.dispose([...(saved ?? [])]);
    state.activeTape = outer;
    spent = outerSpent;
  }
}
