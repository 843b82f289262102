import * as tf from '@tensorflow/tfjs-core';

import { convOutputShape, type ConvGeometry } from '../../geometry.ts';
import { geometryUniforms, runImplicitGemm } from './implicit-gemm.ts';

/** Rows are output pixels, columns output channels, depth is taps by input channels. */
const code = `
  fn left(group : i32, row : i32, k : i32) -> f32 {
    let tap = k / uniforms.groupIn;
    let channel = group * uniforms.groupIn + k % uniforms.groupIn;
    let shape = uniforms.xShape;
    let pixel = vec2<i32>((row / uniforms.outWidth) % uniforms.outHeight, row % uniforms.outWidth);
    let place = pixel * uniforms.stride - uniforms.padding
      + vec2<i32>(tap / uniforms.kernelWidth, tap % uniforms.kernelWidth) * uniforms.dilation;
    if (any(place < vec2<i32>(0)) || any(place >= shape.yz)) {
      return 0.0;
    }
    let image = row / (uniforms.outHeight * uniforms.outWidth);
    return x[((image * shape.y + place.x) * shape.z + place.y) * shape.w + channel];
  }

  fn right(group : i32, k : i32, column : i32) -> f32 {
    return filter_[k * uniforms.filter_Shape.w + group * uniforms.groupOut + column];
  }

  fn place(part : i32, group : i32, row : i32, column : i32) -> i32 {
    return row * uniforms.filter_Shape.w + group * uniforms.groupOut + column;
  }
`;

function grouped(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const outputShape = convOutputShape(x.shape, filter.shape, geometry);
  const [batch, outHeight, outWidth, outChannels] = outputShape;
  const { groups } = geometry;
  const integers = { ...geometryUniforms(geometry, filter.shape), outHeight, outWidth };
  return runImplicitGemm<tf.Tensor4D>({
    name: 'conv2d',
    // `filter` is a word that WGSL reserves.
    inputs: { x, filter_: filter },
    integers,
    outputShape: [...outputShape],
    groups,
    rows: batch * outHeight * outWidth,
    columns: outChannels / groups,
    depth: integers.taps * integers.groupIn,
    parts: 1,
    leftMajor: 'depth',
    code,
  });
}

/**
 * tfjs's own kernel, which is tiled well and takes explicit padding, where it has what is asked
 * for: it knows no groups, and not strides and dilations together.
 */
export function forward(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { stride, padding, dilation, groups } = geometry;
  if (groups > 1 || (stride > 1 && dilation > 1)) return grouped(x, filter, geometry);
  const edge = [padding, padding];
  const pad = [[0, 0], edge, edge, [0, 0]];
  const attributes = { strides: stride, pad, dataFormat: 'NHWC', dilations: dilation };
  return tf.engine().runKernel<tf.Tensor4D>('Conv2D', { x, filter }, attributes);
}
