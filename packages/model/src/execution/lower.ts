/* oxlint-disable typescript/no-unsafe-type-assertion -- the specs say which rank each weight has */
import type { Graph, GraphNode, GraphOp } from '@resnet/kernels';
import type * as tf from '@tensorflow/tfjs-core';

import type { Plan, Step } from './fused-graph.ts';
import { foldedConvolution, ownCopy } from './folded-weights.ts';

/** A parameter or running statistic by its name; not to be freed. */
export type TensorOf = (name: string) => tf.Tensor;

/** A plan with its weights, as the graph that kernels run. The graph's tensors are its own. */
export function lower(plan: Plan, tensorOf: TensorOf): Graph {
  const nodes: GraphNode[] = [];
  const places = [0];
  for (const { op, inputs } of plan.steps) {
    const sources = inputs.map((input) => places[input]!);
    const add = (lowered: GraphOp, ...taken: readonly number[]): number =>
      nodes.push({ op: lowered, inputs: taken });
    places.push(
      op.type === 'globalPool'
        ? addGlobalPool(op.pool, sources[0]!, add)
        : add(lowerOp(op, tensorOf), ...sources),
    );
  }
  return { nodes };
}

type Simple = Exclude<Step['op'], { readonly type: 'globalPool' | 'dropout' | 'dropPath' }>;

function lowerOp(op: Step['op'], tensorOf: TensorOf): GraphOp {
  const step = op as Simple;
  const vector = (name: string): tf.Tensor1D => ownCopy(tensorOf(name) as tf.Tensor1D);
  switch (step.type) {
    case 'fusedConv': {
      const { conv, norm, activation } = step;
      const { stride, padding, dilation, groups } = conv;
      return {
        type: 'conv2d',
        ...foldedConvolution(conv, norm, tensorOf),
        stride,
        padding,
        dilation,
        groups,
        activation,
      };
    }
    case 'batchNorm':
      return {
        type: 'batchNorm',
        scale: vector(`${step.path}.weight`),
        offset: vector(`${step.path}.bias`),
        mean: vector(`${step.path}.running_mean`),
        variance: vector(`${step.path}.running_var`),
        epsilon: step.epsilon,
        activation: step.activation,
      };
    case 'linear':
      return {
        type: 'linear',
        weight: ownCopy(tensorOf(`${step.path}.weight`) as tf.Tensor2D),
        bias: vector(`${step.path}.bias`),
      };
    case 'maxPool':
    case 'avgPool': {
      const { type, kernelSize, stride, padding, ceilMode } = step;
      if (type === 'maxPool') return { type, kernelSize, stride, padding };
      return { type, kernelSize, stride, padding, ceilMode, countIncludePad: false };
    }
    default:
      return step;
  }
}

/** timm's kinds of pool, by name; see `ops/global-pool.ts`. */
function addGlobalPool(
  kind: 'avg' | 'max' | 'avgmax' | 'catavgmax',
  x: number,
  add: (op: GraphOp, ...inputs: readonly number[]) => number,
): number {
  if (kind === 'avg') return add({ type: 'globalAveragePool' }, x);
  if (kind === 'max') return add({ type: 'globalMaxPool' }, x);
  const mean = add({ type: 'globalAveragePool' }, x);
  const largest = add({ type: 'globalMaxPool' }, x);
  if (kind === 'catavgmax') return add({ type: 'concat' }, mean, largest);
  return add({ type: 'affine', factor: 0.5, shift: 0 }, add({ type: 'add' }, mean, largest));
}
