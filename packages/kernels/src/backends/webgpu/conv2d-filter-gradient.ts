import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { geometryUniforms, runImplicitGemm, splitDepth } from './implicit-gemm.ts';

/** Rows are taps by input channels, columns output channels, depth is output pixels. */
const code = `
  fn left(group : i32, row : i32, k : i32) -> f32 {
    let tap = row / uniforms.groupIn;
    let channel = group * uniforms.groupIn + row % uniforms.groupIn;
    let shape = uniforms.xShape;
    let size = uniforms.dyShape;
    let place = vec2<i32>((k / size.z) % size.y, k % size.z) * uniforms.stride - uniforms.padding
      + vec2<i32>(tap / uniforms.kernelWidth, tap % uniforms.kernelWidth) * uniforms.dilation;
    if (any(place < vec2<i32>(0)) || any(place >= shape.yz)) {
      return 0.0;
    }
    let image = k / (size.y * size.z);
    return x[((image * shape.y + place.x) * shape.z + place.y) * shape.w + channel];
  }

  fn right(group : i32, k : i32, column : i32) -> f32 {
    return dy[k * uniforms.dyShape.w + group * uniforms.groupOut + column];
  }

  fn place(part : i32, group : i32, row : i32, column : i32) -> i32 {
    return (part * uniforms.rows + row) * uniforms.dyShape.w + group * uniforms.groupOut + column;
  }
`;

/**
 * tfjs's kernel gives a weight to a thread, which alone goes over all images. The product here is
 * small and very deep: its depth is split among workgroups, whose sums are then added.
 */
export function filterGradient(
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  filterShape: Shape4D,
  geometry: ConvGeometry,
): tf.Tensor4D {
  const { groups } = geometry;
  const [batch, outHeight, outWidth] = dy.shape;
  const integers = geometryUniforms(geometry, filterShape);
  const rows = integers.taps * integers.groupIn;
  const columns = integers.groupOut;
  const depth = batch * outHeight * outWidth;
  const parts = splitDepth(rows, columns, groups, depth);
  return tf.tidy(() => {
    const sums = runImplicitGemm<tf.Tensor2D>({
      name: 'conv2d_filter_gradient',
      inputs: { x, dy },
      integers,
      outputShape: [parts, tf.util.sizeFromShape([...filterShape])],
      groups,
      rows,
      columns,
      depth,
      parts,
      leftMajor: 'rows',
      code,
    });
    return tf.reshape(parts === 1 ? sums : tf.sum(sums, 0), [...filterShape]);
  });
}
