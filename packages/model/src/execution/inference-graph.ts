/* oxlint-disable typescript/no-unsafe-type-assertion -- dropouts have been taken out */
import { mapWeights, type Graph, type GraphNode, type GraphOp } from '@resnet/kernels';
import type * as tf from '@tensorflow/tfjs-core';

import { fuseConvBatchNorm } from '../architecture/fuse-conv-batch-norm.ts';
import type { Module, Op } from '../architecture/module.ts';
import type { ParameterSpec } from '../weights/parameter-spec.ts';
import { foldWeights, ownCopy } from './fold-weights.ts';

/**
 * What modules compute in inference, as a graph with weights of its own: end to end, without dropout,
 * each conv-BN block one convolution. The caller owns the graph's tensors.
 *
 * @param tensorOf a parameter or running statistic, which stays whose it is
 */
export function inferenceGraph(
  modules: readonly Module[],
  tensorOf: (spec: ParameterSpec) => tf.Tensor,
): Graph {
  const joined = joinModules(modules);
  const blocks = fuseConvBatchNorm(joined, 'activation');
  const blockAt = new Map(blocks.map((block) => [block.nodes.at(-1)!, block]));
  const inside = new Set(blocks.flatMap(({ nodes }) => nodes));
  const nodes: GraphNode[] = [];
  /** Which value of the result holds each value of `joined`. */
  const places = [0];
  joined.nodes.forEach(({ op, inputs }, index) => {
    const block = blockAt.get(index);
    if (block !== undefined) {
      const { input, addend, activation } = block;
      const sources = addend === undefined ? [input] : [input, addend];
      const folded = { ...block.conv, activation, weights: foldWeights(block, tensorOf) };
      places[index + 1] = nodes.push({ op: folded, inputs: sources.map((x) => places[x]!) });
    } else if (!inside.has(index)) {
      const bound = mapWeights(op as GraphOp<ParameterSpec>, (spec) => ownCopy(tensorOf(spec)));
      places[index + 1] = nodes.push({ op: bound, inputs: inputs.map((x) => places[x]!) });
    }
  });
  return { nodes };
}

/** All modules as one graph, less what does nothing in inference. */
function joinModules(modules: readonly Module[]): Graph<Op> {
  const nodes: GraphNode<Op>[] = [];
  let last = 0;
  for (const module of modules) {
    const places = [last];
    for (const { op, inputs } of module.nodes) {
      const sources = inputs.map((input) => places[input]!);
      const isIdentity = op.type === 'dropout' || op.type === 'dropPath';
      places.push(isIdentity ? sources[0]! : nodes.push({ op, inputs: sources }));
    }
    last = places.at(-1)!;
  }
  return { nodes };
}
