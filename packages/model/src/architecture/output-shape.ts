/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says which rank each value has */
import { ModelError } from '../errors.ts';
import type { Op } from './module.ts';

/** Of one image: [height, width, channels] of a map, [features] of a vector. */
export type ImageShape = readonly number[];

/**
 * Shape of an operation's output for one image.
 *
 * @throws ModelError INPUT_INVALID where an image is too small to be pooled or convolved
 */
export function outputShape(op: Op, inputs: readonly ImageShape[]): ImageShape {
  const [input] = inputs as readonly [ImageShape];
  switch (op.type) {
    case 'conv2d': {
      const window = op.dilation * (op.kernelSize - 1) + 1;
      const size = (length: number): number =>
        windows(length, window, op.stride, op.padding, false, op.path);
      return [size(input[0]!), size(input[1]!), op.outChannels];
    }
    case 'maxPool':
    case 'avgPool': {
      const size = (length: number): number =>
        windows(length, op.kernelSize, op.stride, op.padding, op.ceilMode, op.type);
      return [size(input[0]!), size(input[1]!), input[2]!];
    }
    case 'globalPool':
      return [input[2]! * (op.pool === 'catavgmax' ? 2 : 1)];
    case 'linear':
      return [op.outFeatures];
    case 'padChannels':
      return [input[0]!, input[1]!, input[2]! + op.before + op.after];
    case 'padEnd':
      return [input[0]! + op.count, input[1]! + op.count, input[2]!];
    default:
      return input;
  }
}

/**
 * Multiply-accumulates of an operation for one image. Convolutions and linear layers count, as
 * torchvision's and the papers' figures do; norms, activations, pools and biases do not.
 */
export function macs(op: Op, output: ImageShape): number {
  if (op.type === 'linear') return op.inFeatures * op.outFeatures;
  if (op.type !== 'conv2d') return 0;
  const perPixel = op.kernelSize ** 2 * (op.inChannels / op.groups) * op.outChannels;
  return output[0]! * output[1]! * perPixel;
}

function windows(
  length: number,
  window: number,
  stride: number,
  padding: number,
  ceilMode: boolean,
  where: string,
): number {
  const span = length + 2 * padding - window;
  if (span < 0 && !(ceilMode && length > 0)) {
    throw new ModelError(
      'INPUT_INVALID',
      `${where}: a window of ${window} needs ${window - 2 * padding} pixels or more, received ${length}; use larger images`,
    );
  }
  if (!ceilMode) return Math.floor(span / stride) + 1;
  const count = Math.ceil(span / stride) + 1;
  // torch drops a last window that would start outside of the image.
  return (count - 1) * stride >= length + padding ? count - 1 : count;
}
