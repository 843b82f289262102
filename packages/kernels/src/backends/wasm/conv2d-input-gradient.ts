import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { convolve, type Edges } from './conv2d.ts';
import { gatherGroup } from './groups.ts';
import { simd } from './simd.ts';

const FLOAT_BYTES = 4;

/**
 * Along one edge, the inputs that share a residue of the stride. A tap at distance e (dilation
 * times its index) reaches input `output * stride - padding + e`, so that the inputs with
 * `(input + padding) % stride = residue` meet only taps with `e % stride = residue`: their gradient
 * is a convolution of dy, without stride, with just those taps, flipped.
 */
interface Residue {
  readonly residue: number;
  /** The first input; the others follow `stride` apart. */
  readonly first: number;
  readonly count: number;
  readonly taps: number;
  /** Zeros around dy that give `count` outputs; negative to crop it. */
  readonly before: number;
  readonly after: number;
}

function residuesOf(
  input: number,
  output: number,
  size: number,
  { stride, padding, dilation }: ConvGeometry,
): Residue[] {
  const reach = dilation * (size - 1);
  const residues = [];
  for (let residue = 0; residue < stride; residue++) {
    // Inputs are `block * stride + residue - padding` from the first block on that is in the image.
    const block = Math.max(0, Math.ceil((padding - residue) / stride));
    const first = block * stride + residue - padding;
    const count = Math.max(0, Math.ceil((input - first) / stride));
    const taps = Math.max(0, Math.floor((reach - residue) / stride) + 1);
    const before = (stride === 1 ? reach : taps - 1) - block;
    const after = count + block - output;
    residues.push({ residue, first, count, taps: stride === 1 ? size : taps, before, after });
  }
  return residues;
}

/** Convolves where something remains of dy after cropping; else the gradient is zero. */
function convolveCropped(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  edges: Edges,
  dilation: number,
): tf.Tensor4D | undefined {
  const crop = {
    top: Math.max(0, -edges.top),
    bottom: Math.max(0, -edges.bottom),
    left: Math.max(0, -edges.left),
    right: Math.max(0, -edges.right),
  };
  const [batch, fullHeight, fullWidth, channels] = dy.shape;
  const height = fullHeight - crop.top - crop.bottom;
  const width = fullWidth - crop.left - crop.right;
  if (height < 1 || width < 1) return undefined;
  const cropped =
    height === fullHeight && width === fullWidth
      ? dy
      : tf.slice(dy, [0, crop.top, crop.left, 0], [batch, height, width, channels]);
  const padding = {
    top: Math.max(0, edges.top),
    bottom: Math.max(0, edges.bottom),
    left: Math.max(0, edges.left),
    right: Math.max(0, edges.right),
  };
  return convolve(cropped, filter, padding, 1, dilation);
}

/**
 * One convolution for each pair of residues of the stride (one in all at stride 1), by tfjs's fast
 * kernel; its own Conv2DBackpropInput is 10 to 30 times slower.
 */
export function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  const { kernels, address, allocate } = simd();
  const { stride, groups } = geometry;
  // With strides, taps between those of a dilated filter are zeros in the flipped one.
  const [zeros, dilation] = stride === 1 ? [1, geometry.dilation] : [geometry.dilation, 1];
  const [, height, width, channels] = inputShape;
  const [kh, kw, inChannels, outChannels] = filter.shape;
  const rows = residuesOf(height, dy.shape[1], kh, geometry);
  const columns = residuesOf(width, dy.shape[2], kw, geometry);
  const gradient = allocate<tf.Tensor4D>([...inputShape]);
  kernels.fillZero(address(gradient), gradient.size * FLOAT_BYTES);

  const addResidue = (part: tf.Tensor4D, group: number, y: Residue, x: Residue) => {
    if (y.count < 1 || x.count < 1 || y.taps < 1 || x.taps < 1) return;
    const groupOut = outChannels / groups;
    const flipped = allocate<tf.Tensor4D>([y.taps, x.taps, groupOut, inChannels]);
    kernels.flipFilter(
      address(filter) + group * groupOut * FLOAT_BYTES,
      address(flipped),
      kw,
      inChannels,
      groupOut,
      outChannels * FLOAT_BYTES,
      y.taps,
      x.taps,
      y.residue,
      x.residue,
      stride,
      zeros,
    );
    const edges = { top: y.before, bottom: y.after, left: x.before, right: x.after };
    const pixels = convolveCropped(part, flipped, edges, dilation);
    if (pixels === undefined) return;
    const pixelBytes = channels * FLOAT_BYTES;
    const first = (y.first * width + x.first) * channels + group * inChannels;
    kernels.scatterPixels(
      address(pixels),
      address(gradient) + first * FLOAT_BYTES,
      pixels.shape[0],
      y.count,
      x.count,
      inChannels,
      pixelBytes * stride,
      pixelBytes * stride * width,
      pixelBytes * height * width,
    );
  };

  for (let group = 0; group < groups; group++) {
    tf.tidy(() => {
      const part = groups === 1 ? dy : gatherGroup(dy, group, groups);
      for (const y of rows) for (const x of columns) addResidue(part, group, y, x);
    });
  }
  return gradient;
}
