import * as tf from '@tensorflow/tfjs-core';

import type { Engine } from './engine.ts';

// The tape walks backwards, one op after the other. When the next one starts, nothing needs the
// saved activations and incoming gradients of the one before. tfjs would hold them all until the end
// of the pass; letting go at once keeps the peak of memory near that of the forward pass.
let spent: tf.Tensor[] = [];

/** Frees what the op before needed in its backward pass. */
export function releaseSpent(): void {
  tf.dispose(spent);
  spent = [];
}

/** Says what the op under way needs in its backward pass, and nothing after it. */
export function setSpent(
  { state }: Engine,
  dys: readonly tf.Tensor[],
  saved: readonly (tf.Tensor | undefined)[],
): void {
  if (state.gradientDepth !== 0) return;
  // A gradient that the caller of `tf.grad` passed in belongs to another scope, and stays.
  const scope = state.activeScope.id;
  const own = dys.filter((tensor) => tensor.scopeId === scope && !tensor.kept);
  spent = [...saved.filter((tensor) => tensor !== undefined), ...own];
}

/** Runs a backward pass inside another, whose spent tensors wait. */
export function withNothingSpent<T>(work: () => T): T {
  const outer = spent;
  spent = [];
  try {
    return work();
  } finally {
    releaseSpent();
    spent = outer;
  }
}
