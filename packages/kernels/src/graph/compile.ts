import type * as tf from '@tensorflow/tfjs-core';

import { primitives } from '../registry.ts';
import type { Graph } from './graph.ts';
import { interpret } from './interpret.ts';

/** A graph made ready on one backend. */
export interface Executable {
  /**
   * The graph's output for an input, which stays the caller's; so does the result. Gradients do
   * not flow through.
   *
   * @throws KernelError where the input does not fit the graph's operations
   */
  run(input: tf.Tensor): tf.Tensor;
  /** Frees the graph's tensors. */
  dispose(): void;
}

/**
 * Makes a graph ready to run, by what the active backend has best: as a whole where it can see it
 * whole, else operation by operation. The graph's tensors go over to the executable: they are its
 * own to free, now or when it is disposed.
 */
export function compile(graph: Graph): Executable {
  return primitives().compile?.(graph) ?? interpret(graph);
}
