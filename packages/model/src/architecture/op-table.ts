/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import { convOutputSize, poolOutputSize, type Graph } from '@resnet/kernels';

import { ModelError } from '../errors.ts';
import { modulePath } from '../weights/parameter-spec.ts';
import type { Op } from './module.ts';

/** Of one image: [height, width, channels] of a map, [features] of a vector. */
export type ImageShape = readonly number[];

/** What is known of an op before it runs. Its weights are in the op itself. */
interface OpDescription<Op> {
  /** Of the output, from those of the inputs; absent where it is that of the first input. */
  readonly outputShape?: (op: Op, x: ImageShape, y: ImageShape) => ImageShape;
  /** Multiply-accumulates for one image, from the output's shape; absent where they do not count. */
  readonly macs?: (op: Op, output: ImageShape) => number;
}

/**
 * Every op: its shape and its cost. What it computes is in `runOp` of `@resnet/kernels`, what it is
 * in ONNX in `../onnx/op-table.ts`; all are keyed by the op's type, and complete or do not compile.
 */
const opTable: {
  readonly [Type in Op['type']]: OpDescription<Extract<Op, { readonly type: Type }>>;
} = {
  conv2d: {
    outputShape(op, x) {
      const { filter } = op.weights;
      const kernelSize = filter.shape[2]!;
      const window = op.dilation * (kernelSize - 1) + 1;
      const size = (length: number): number => {
        checkWindow(modulePath(filter), length, window, op.padding);
        return convOutputSize(length, kernelSize, op);
      };
      return [size(x[0]!), size(x[1]!), filter.shape[0]!];
    },
    macs({ weights }, output) {
      const [outChannels, inChannels, height, width] = weights.filter.shape as ImageShape4D;
      return output[0]! * output[1]! * height * width * inChannels * outChannels;
    },
  },
  linear: {
    outputShape: ({ weights }) => [weights.weight.shape[0]!],
    macs: ({ weights }) => weights.weight.shape[0]! * weights.weight.shape[1]!,
  },
  maxPool: {
    outputShape: (op, [height, width, channels]) => [
      pooled(op, height!),
      pooled(op, width!),
      channels!,
    ],
  },
  avgPool: {
    outputShape: (op, [height, width, channels]) => [
      pooled(op, height!),
      pooled(op, width!),
      channels!,
    ],
  },
  globalAveragePool: { outputShape: (_, x) => [x[2]!] },
  globalMaxPool: { outputShape: (_, x) => [x[2]!] },
  concat: { outputShape: (_, x, y) => [x[0]! + y[0]!] },
  padChannels: { outputShape: (op, x) => [x[0]!, x[1]!, x[2]! + op.before + op.after] },
  padEnd: { outputShape: (op, x) => [x[0]! + op.count, x[1]! + op.count, x[2]!] },
  batchNorm: {},
  relu: {},
  sigmoid: {},
  add: {},
  addRelu: {},
  multiply: {},
  multiplyChannels: {},
  affine: {},
  dropout: {},
  dropPath: {},
};

type ImageShape4D = readonly [number, number, number, number];

/**
 * Shape of an op's output for one image.
 *
 * @throws {ModelError} INPUT_INVALID when an image is too small to be pooled or convolved
 */
export function outputShape(op: Op, inputs: readonly ImageShape[]): ImageShape {
  const [x, y] = inputs as readonly [ImageShape, ImageShape];
  const { outputShape: shape } = opTable[op.type] as OpDescription<Op>;
  return shape === undefined ? x : shape(op, x, y);
}

/**
 * Shapes of all values of a graph for one image: its input, and what each node gives.
 *
 * @throws {ModelError} INPUT_INVALID when an image is too small to be pooled or convolved
 */
export function valueShapes(graph: Graph<Op>, input: ImageShape): readonly ImageShape[] {
  const values = [input];
  for (const { op, inputs } of graph.nodes) {
    const taken = inputs.map((value) => values[value]!);
    values.push(outputShape(op, taken));
  }
  return values;
}

/**
 * Multiply-accumulates of an op for one image. Convolutions and linear layers count, as
 * torchvision's and the papers' figures do; norms, activations, pools and biases do not.
 */
export function macs(op: Op, output: ImageShape): number {
  return (opTable[op.type] as OpDescription<Op>).macs?.(op, output) ?? 0;
}

function pooled(op: Extract<Op, { readonly type: 'maxPool' | 'avgPool' }>, length: number): number {
  const mayHangOver = op.type === 'avgPool' && op.ceilMode && length > 0;
  if (!mayHangOver) checkWindow(op.type, length, op.kernelSize, op.padding);
  return poolOutputSize(length, op);
}

function checkWindow(where: string, length: number, window: number, padding: number): void {
  if (length + 2 * padding >= window) return;
  throw new ModelError(
    'INPUT_INVALID',
    `${where}: a window of ${window} needs ${window - 2 * padding} pixels or more, received ${length}`,
    { hint: 'Use larger images.' },
  );
}
