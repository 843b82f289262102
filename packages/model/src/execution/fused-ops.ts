import type { BatchNormOp } from '@resnet/kernels';

import { fuseConvBatchNorm, type ConvBlock } from '../architecture/fuse-conv-batch-norm.ts';
import type { Module } from '../architecture/module.ts';
import type { ParameterSpec } from '../weights/parameter-spec.ts';

/** What training runs at once: a node of a module, or several as one fused op. */
export type TrainingOp = NodeOp | FusedOp;

/** A node as it is. */
export interface NodeOp {
  readonly type: 'node';
  /** Its index in the module. */
  readonly index: number;
}

/** Conv-BN blocks that `convBatchNormTraining` does, up to a whole residual block. */
export interface FusedOp {
  readonly type: 'fused';
  /** The one value of the module that is made outside. */
  readonly input: number;
  /** The value of the module that the last block makes. */
  readonly output: number;
  readonly blocks: readonly FusedBlock[];
  /** Places in `blocks`, in the order that their batch norms have in the module. */
  readonly normOrder: readonly number[];
  /** The same node by node, for where a batch norm does not train. */
  readonly nodes: readonly number[];
}

/** A conv-BN block by the values of its fused op: 0 is the op's input, i + 1 what block i makes. */
export interface FusedBlock extends Pick<ConvBlock, 'conv' | 'activation' | 'input' | 'addend'> {
  readonly batchNorm: BatchNormOp<ParameterSpec>;
}

const known = new WeakMap<Module, readonly TrainingOp[]>();

/** The ops of a module in training. */
export function trainingOps(module: Module): readonly TrainingOp[] {
  let ops = known.get(module);
  if (ops === undefined) {
    ops = fuse(module);
    known.set(module, ops);
  }
  return ops;
}

/** One op where a module consists of conv-BN blocks alone, else one for each of them. */
function fuse(module: Module): TrainingOp[] {
  const whole = fuseConvBatchNorm(module, 'activation');
  const covered = whole.reduce((sum, { nodes }) => sum + nodes.length, 0);
  if (covered === module.nodes.length && whole.every(isTrainable)) return [fusedOp(whole)];
  const single = fuseConvBatchNorm(module, 'batchNorm').filter(isTrainable);
  const inside = new Set(single.flatMap(({ nodes }) => nodes));
  const rest = [...module.nodes.keys()].filter((index) => !inside.has(index));
  return [
    ...single.map((block) => fusedOp([block])),
    ...rest.map((index): NodeOp => ({ type: 'node', index })),
  ].toSorted((a, b) => outputOf(a) - outputOf(b));
}

function outputOf(op: TrainingOp): number {
  return op.type === 'fused' ? op.output : op.index + 1;
}

type TrainableBlock = ConvBlock & Pick<FusedBlock, 'batchNorm'>;

/** Whether `convBatchNormTraining` has blocks of this kind. */
function isTrainable(block: ConvBlock): block is TrainableBlock {
  const { conv, batchNorm, addend, activation } = block;
  if (batchNorm === undefined || conv.weights.bias !== undefined) return false;
  return addend === undefined || activation === 'relu';
}

function fusedOp(blocks: readonly TrainableBlock[]): FusedOp {
  const outputs = blocks.map(({ nodes }) => nodes.at(-1)! + 1);
  // A block alone takes any value, several take the module's.
  const input = blocks.length === 1 ? blocks[0]!.input : 0;
  const values = [input, ...outputs];
  return {
    type: 'fused',
    input,
    output: outputs.at(-1)!,
    blocks: blocks.map(({ conv, batchNorm, activation, input: taken, addend }) => ({
      conv,
      batchNorm,
      activation,
      input: values.indexOf(taken),
      addend: addend === undefined ? undefined : values.indexOf(addend),
    })),
    // The batch norm is the second node of each.
    normOrder: [...blocks.keys()].toSorted((a, b) => blocks[a]!.nodes[1]! - blocks[b]!.nodes[1]!),
    nodes: blocks.flatMap(({ nodes }) => nodes),
  };
}
