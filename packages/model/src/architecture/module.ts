import type { Graph, GraphNode, GraphOp } from '@resnet/kernels';

import type { ParameterSpec } from '../weights/parameter-spec.ts';

/**
 * A network as data: a list of modules (the stem, each block, the head), each a small graph of ops.
 * It is derived from a config once; parameter names and shapes, the layer table, the forward pass,
 * the inference graph and the ONNX file all walk it, so they cannot disagree.
 */
export interface Network {
  readonly modules: readonly Module[];
}

/**
 * A graph of one input and one output, so that a forward pass is a loop over modules however deep the
 * net is.
 */
export interface Module extends Graph<Op> {
  /** `stem`, `layer1.0`, `head`: what errors and tables call it. */
  readonly name: string;
  readonly part: 'features' | 'head';
  /** Its output is one of the feature maps that `features()` gives. */
  readonly isFeature: boolean;
}

/** The ops that a graph has, each weight described, and those that only training has. */
export type Op = GraphOp<ParameterSpec> | DropoutOp;

/** The identity but in training. */
export type DropoutOp =
  | { readonly type: 'dropout'; readonly rate: number }
  /** Drops whole examples, the others scaled up: stochastic depth. */
  | { readonly type: 'dropPath'; readonly rate: number };

/** Collects a module's nodes; its methods return the index of the value that they make. */
export class ModuleBuilder {
  readonly #nodes: GraphNode<Op>[] = [];

  /** The module's input. */
  readonly input = 0;

  add(op: Op, ...inputs: readonly number[]): number {
    this.#nodes.push({ op, inputs });
    return this.#nodes.length;
  }

  relu(x: number): number {
    return this.add({ type: 'relu' }, x);
  }

  build(name: string, part: Module['part'], isFeature: boolean): Module {
    return { name, part, isFeature, nodes: this.#nodes };
  }
}
