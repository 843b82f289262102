import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { geometryUniforms, runImplicitGemm } from './implicit-gemm.ts';

/** Rows are input pixels, columns input channels, depth is taps by output channels. */
const code = `
  fn left(group : i32, row : i32, k : i32) -> f32 {
    let tap = k / uniforms.groupOut;
    let channel = group * uniforms.groupOut + k % uniforms.groupOut;
    let shape = uniforms.dyShape;
    let pixel = vec2<i32>((row / uniforms.width) % uniforms.height, row % uniforms.width);
    let reach = pixel + uniforms.padding
      - vec2<i32>(tap / uniforms.kernelWidth, tap % uniforms.kernelWidth) * uniforms.dilation;
    let place = reach / uniforms.stride;
    if (any(reach < vec2<i32>(0)) || any(place * uniforms.stride != reach) || any(place >= shape.yz)) {
      return 0.0;
    }
    let image = row / (uniforms.height * uniforms.width);
    return dy[((image * shape.y + place.x) * shape.z + place.y) * shape.w + channel];
  }

  fn right(group : i32, k : i32, column : i32) -> f32 {
    let tap = k / uniforms.groupOut;
    let channel = group * uniforms.groupOut + k % uniforms.groupOut;
    return filter_[(tap * uniforms.groupIn + column) * uniforms.filter_Shape.w + channel];
  }

  fn place(part : i32, group : i32, row : i32, column : i32) -> i32 {
    return (row * uniforms.groups + group) * uniforms.groupIn + column;
  }
`;

/** tfjs's kernel looks at every tap of the filter for every pixel, without shared memory. */
export function inputGradient(
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  inputShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  const [batch, height, width] = inputShape;
  const integers = { ...geometryUniforms(geometry, filter.shape), height, width };
  return runImplicitGemm<tf.Tensor4D>({
    name: 'conv2d_input_gradient',
    inputs: { dy, filter_: filter },
    integers,
    outputShape: [...inputShape],
    groups: geometry.groups,
    rows: batch * height * width,
    columns: integers.groupIn,
    depth: integers.taps * integers.groupOut,
    parts: 1,
    leftMajor: 'depth',
    code,
  });
}
