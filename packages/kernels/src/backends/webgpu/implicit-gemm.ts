import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { runProgram, WORKGROUP_SIZE } from './backend.ts';

/** Rows and columns of the product that a workgroup makes; each of its 64 threads makes 4 by 4. */
const TILE = 32;
/** Depth of the two blocks that a workgroup holds in shared memory. */
const STEP = 16;

/**
 * A convolution as a product of matrices that are never written down ("implicit GEMM", Chetlur et
 * al., cuDNN, 2014): `product[row, column] = sum over k of left(row, k) * right(k, column)`, once
 * for each group.
 */
export interface ImplicitGemm<T extends tf.Tensor> {
  readonly name: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly integers: Readonly<Record<string, number>>;
  readonly outputShape: T['shape'];
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** How many ranges of k are summed apart, by different workgroups. */
  readonly parts: number;
  /** What lies side by side in memory in the left matrix: neighbouring threads read it together. */
  readonly leftMajor: 'rows' | 'depth';
  /**
   * WGSL: `fn left(group, row, k) -> f32`, `fn right(group, k, column) -> f32`, called with indices
   * inside the matrices, and `fn place(part, group, row, column) -> i32`, the index in the output.
   */
  readonly code: string;
}

/** Ranges of k that keep a GPU busy where the product itself is small. */
export function splitDepth(rows: number, columns: number, groups: number, depth: number): number {
  const tiles = Math.ceil(rows / TILE) * Math.ceil(columns / TILE) * groups;
  const enoughWorkgroups = Math.ceil(512 / tiles);
  const leastDepth = 8 * STEP;
  return Math.max(1, Math.min(enoughWorkgroups, Math.floor(depth / leastDepth)));
}

/** What the matrices of any convolution need to know of it, as uniforms; channels are a group's. */
export type GeometryUniforms = Record<
  'stride' | 'padding' | 'dilation' | 'kernelWidth' | 'taps' | 'groupIn' | 'groupOut',
  number
>;

/** {@link GeometryUniforms} of a convolution with a filter of this shape. */
export function geometryUniforms(
  { stride, padding, dilation, groups }: ConvGeometry,
  [kernelHeight, kernelWidth, inChannels, outChannels]: Shape4D,
): GeometryUniforms {
  return {
    stride,
    padding,
    dilation,
    kernelWidth,
    taps: kernelHeight * kernelWidth,
    groupIn: inChannels,
    groupOut: outChannels / groups,
  };
}

/** Runs the product; the caller owns the result. */
export function runImplicitGemm<T extends tf.Tensor>(gemm: ImplicitGemm<T>): T {
  const { rows, columns, depth, groups, parts } = gemm;
  const rowTiles = Math.ceil(rows / TILE);
  const columnTiles = Math.ceil(columns / TILE);
  const steps = Math.ceil(depth / parts / STEP);
  return runProgram<T>({
    name: gemm.name,
    inputs: gemm.inputs,
    integers: {
      ...gemm.integers,
      groups,
      rows,
      columns,
      depth,
      parts,
      rowTiles,
      columnTiles,
      steps,
    },
    outputShape: gemm.outputShape,
    threads: rowTiles * columnTiles * groups * parts * WORKGROUP_SIZE,
    code: gemm.code + tiledProduct(gemm.leftMajor),
  });
}

/**
 * The loop's bound is a uniform, and threads past the edge load zeros instead of leaving: WGSL
 * wants all threads of a workgroup at a barrier.
 */
function tiledProduct(leftMajor: 'rows' | 'depth'): string {
  const [leftRow, leftDepth] =
    leftMajor === 'rows'
      ? [`element % ${TILE}`, `element / ${TILE}`]
      : [`element / ${STEP}`, `element % ${STEP}`];
  return `
    var<workgroup> leftTile : array<array<f32, ${TILE}>, ${STEP}>;
    var<workgroup> rightTile : array<array<f32, ${TILE}>, ${STEP}>;

    fn main(index : i32) {
      let thread = index % ${WORKGROUP_SIZE};
      var task = index / ${WORKGROUP_SIZE};
      let firstColumn = (task % uniforms.columnTiles) * ${TILE};
      task = task / uniforms.columnTiles;
      let firstRow = (task % uniforms.rowTiles) * ${TILE};
      task = task / uniforms.rowTiles;
      let part = task % uniforms.parts;
      let group = task / uniforms.parts;
      let tileRow = (thread / 8) * 4;
      let tileColumn = (thread % 8) * 4;
      var sums : array<vec4<f32>, 4>;

      for (var step = 0; step < uniforms.steps; step++) {
        let firstK = (part * uniforms.steps + step) * ${STEP};
        for (var i = 0; i < ${(TILE * STEP) / WORKGROUP_SIZE}; i++) {
          let element = thread + i * ${WORKGROUP_SIZE};
          let leftRow = ${leftRow};
          let leftDepth = ${leftDepth};
          let row = firstRow + leftRow;
          let leftK = firstK + leftDepth;
          var value = 0.0;
          if (group < uniforms.groups && row < uniforms.rows && leftK < uniforms.depth) {
            value = left(group, row, leftK);
          }
          leftTile[leftDepth][leftRow] = value;

          let column = firstColumn + element % ${TILE};
          let rightK = firstK + element / ${TILE};
          value = 0.0;
          if (group < uniforms.groups && column < uniforms.columns && rightK < uniforms.depth) {
            value = right(group, rightK, column);
          }
          rightTile[element / ${TILE}][element % ${TILE}] = value;
        }
        workgroupBarrier();
        for (var k = 0; k < ${STEP}; k++) {
          let values = vec4<f32>(
            rightTile[k][tileColumn],
            rightTile[k][tileColumn + 1],
            rightTile[k][tileColumn + 2],
            rightTile[k][tileColumn + 3]);
          for (var i = 0; i < 4; i++) {
            sums[i] += leftTile[k][tileRow + i] * values;
          }
        }
        workgroupBarrier();
      }

      for (var i = 0; i < 4; i++) {
        for (var j = 0; j < 4; j++) {
          let row = firstRow + tileRow + i;
          let column = firstColumn + tileColumn + j;
          if (group < uniforms.groups && row < uniforms.rows && column < uniforms.columns) {
            result[place(part, group, row, column)] = sums[i][j];
          }
        }
      }
    }
  `;
}
