import * as tf from '@tensorflow/tfjs-core';

import { composed } from './backends/reference/index.ts';
import type { Primitives } from './primitives.ts';

const overrides = new Map<string, Partial<Primitives>>();
const merged = new Map<string, Primitives>();

/**
 * Makes `implementation` the one to use wherever the named backend is active. What it leaves out
 * stays composed of tfjs's own kernels; a second call for a backend adds to the first.
 */
export function registerPrimitives(backendName: string, implementation: Partial<Primitives>): void {
  overrides.set(backendName, { ...overrides.get(backendName), ...implementation });
  merged.delete(backendName);
}

/** The primitives of the active backend: its own where registered, else composed ones. */
export function primitives(): Primitives {
  const name = tf.getBackend();
  let found = merged.get(name);
  if (found === undefined) {
    found = { ...composed, ...overrides.get(name) };
    merged.set(name, found);
  }
  return found;
}
