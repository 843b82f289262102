/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says how many inputs a node has */
import type { BatchNormOp, Conv2dOp, Graph } from '@resnet/kernels';

import type { ParameterSpec } from '../weights/parameter-spec.ts';
import type { Op } from './module.ts';

/** A conv-BN block: a convolution with the batch norm, addition and ReLU that follow it, if any. */
export interface ConvBlock {
  readonly conv: Conv2dOp<ParameterSpec>;
  readonly batchNorm: BatchNormOp<ParameterSpec> | undefined;
  /** What ends the block. */
  readonly activation: 'none' | 'relu';
  /** The value of the graph that the convolution takes. */
  readonly input: number;
  /** The value that is added before the activation. */
  readonly addend: number | undefined;
  /** Indices of its nodes in the graph, the convolution's first, that of its output last. */
  readonly nodes: readonly number[];
}

/** How far blocks reach: to the batch norm, or to the addition and ReLU after it as well. */
export type BlockEnd = 'batchNorm' | 'activation';

/**
 * Finds the conv-BN blocks of a graph: each convolution with what only it leads to. Training runs
 * them as one op each, or a whole residual block of them as one; inference and ONNX fold the batch
 * norm into the convolution's weights. A block stands where its last node stands, so what it takes is
 * there by then.
 *
 * @returns the blocks in the order of their last nodes; a convolution with nothing to take is one too
 */
export function fuseConvBatchNorm({ nodes }: Graph<Op>, end: BlockEnd): readonly ConvBlock[] {
  const uses = countUses(nodes);
  /** By the value that each makes. */
  const blocks = new Map<number, ConvBlock>();
  /** Takes out the block that makes a value, if that may be continued by its one user. */
  const extend = (
    value: number,
    mayFollow: (block: ConvBlock) => boolean,
  ): ConvBlock | undefined => {
    const block = blocks.get(value);
    if (block === undefined || uses[value] !== 1 || block.activation !== 'none') return undefined;
    if (!mayFollow(block)) return undefined;
    blocks.delete(value);
    return block;
  };

  for (const [i, { op, inputs }] of nodes.entries()) {
    const [a, b] = inputs as readonly [number, number];
    const add = (block: ConvBlock | undefined, parts: Partial<ConvBlock>): void => {
      if (block !== undefined)
        blocks.set(i + 1, { ...block, ...parts, nodes: [...block.nodes, i] });
    };
    switch (op.type) {
      case 'conv2d':
        blocks.set(i + 1, {
          conv: op,
          batchNorm: undefined,
          activation: 'none',
          input: a,
          addend: undefined,
          nodes: [i],
        });
        break;
      case 'batchNorm':
        add(
          extend(a, ({ batchNorm, addend }) => batchNorm === undefined && addend === undefined),
          { batchNorm: op, activation: op.activation },
        );
        break;
      case 'relu':
        if (end === 'activation')
          add(
            extend(a, () => true),
            { activation: 'relu' },
          );
        break;
      case 'add':
      case 'addRelu': {
        if (end === 'batchNorm') break;
        const isFree = ({ addend }: ConvBlock): boolean => addend === undefined;
        const activation = op.type === 'addRelu' ? 'relu' : 'none';
        const first = extend(a, isFree);
        if (first === undefined) add(extend(b, isFree), { addend: a, activation });
        else add(first, { addend: b, activation });
        break;
      }
      default:
    }
  }
  return [...blocks.values()];
}

/** How many nodes take each value; the output is taken once, by whoever asked for it. */
function countUses(nodes: Graph<Op>['nodes']): number[] {
  const uses = Array.from({ length: nodes.length + 1 }, () => 0);
  for (const { inputs } of nodes) for (const input of inputs) uses[input]!++;
  uses[nodes.length]!++;
  return uses;
}
