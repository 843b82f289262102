import * as tf from '@tensorflow/tfjs-core';

/** Tensors by name, as tfjs's tape takes an op's inputs. */
export type NamedTensors = Record<string, tf.Tensor>;

/** A `tf.tidy`, or the part of a backward pass that is one. */
export interface Scope {
  readonly id: number;
  /** What it frees at its end. */
  track: tf.Tensor[];
}

/**
 * The part of tfjs's engine that `tf.customGrad` is made of. `customGrad` itself has one output and
 * computes every gradient, asked for or not; this lower door gives several outputs and lazy
 * gradients. It is not in the public types, and has been the same since tfjs 2.
 */
export interface Engine {
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

/** The one way to what is private in tfjs's engine; README.md in this folder says what for. */
export function privateEngine(): Engine {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Engine
  return tf.engine() as unknown as Engine;
}

/** Lets an outer scope free tensors that the one under way has made. */
export function moveToScope(outer: Scope, tensors: readonly tf.Tensor[]): void {
  const inner = privateEngine().state.activeScope;
  if (inner === outer) return;
  const moved = new Set(tensors);
  inner.track = inner.track.filter((tensor) => !moved.has(tensor));
  for (const tensor of moved) {
    tensor.scopeId = outer.id;
    outer.track.push(tensor);
  }
}
