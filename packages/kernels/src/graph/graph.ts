import type * as tf from '@tensorflow/tfjs-core';

import type { GraphOp } from './ops.ts';

/**
 * A network, or a part of one, as data: ops on values, each taking earlier ones. What stands for a
 * parameter is up to whoever makes the graph: its description while a network is built, counted and
 * fused, a tensor where it is to run.
 */
export interface Graph<Op = GraphOp> {
  /** Value 0 is the input, value i + 1 what `nodes[i]` gives; the last is the output. */
  readonly nodes: readonly GraphNode<Op>[];
}

/** One op of a {@link Graph}. */
export interface GraphNode<Op = GraphOp> {
  readonly op: Op;
  /** Which values it takes, in the order that its op names them. */
  readonly inputs: readonly number[];
}

/** A graph made ready on one backend. */
export interface Executable {
  /**
   * The graph's output for an input. The caller owns both. Gradients do not flow through.
   *
   * @throws {KernelError} SHAPE_MISMATCH when the input does not fit the graph's ops
   */
  run(input: tf.Tensor): tf.Tensor;
  /** Frees the graph's tensors. */
  dispose(): void;
}
