import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../../errors.ts';

/** The parts of tfjs's WebGPUProgram that the programs here need, by shape: it is not imported. */
interface WebgpuProgram {
  readonly shaderKey: string;
  readonly variableNames: readonly string[];
  readonly uniforms: string;
  readonly outputShape: readonly number[];
  readonly workgroupSize: readonly [number, number, number];
  readonly dispatchLayout: { readonly x: readonly number[] };
  readonly dispatch: readonly [number, number, number];
  getUserCode(): string;
}

interface Uniform {
  readonly type: 'int32' | 'float32';
  readonly data: readonly number[];
}

interface WebgpuBackend {
  runWebGPUProgram(
    program: WebgpuProgram,
    inputs: readonly tf.TensorInfo[],
    dtype: 'float32',
    uniforms: readonly Uniform[],
  ): tf.TensorInfo;
}

function isWebgpuBackend(backend: unknown): backend is WebgpuBackend {
  return typeof backend === 'object' && backend !== null && 'runWebGPUProgram' in backend;
}

function webgpuBackend(): WebgpuBackend {
  const backend: unknown = tf.backend();
  if (isWebgpuBackend(backend)) return backend;
  throw new KernelError(
    'BACKEND_MISMATCH',
    `webgpu: expected tfjs's webgpu backend to be active, received ${tf.getBackend()}`,
  );
}

/** Threads in a workgroup of every program here. */
export const WORKGROUP_SIZE = 64;

/** What {@link runProgram} takes. */
export interface Program<T extends tf.Tensor> {
  /** Stands for `code` in tfjs's cache: other code needs another name. */
  readonly name: string;
  /** Read as `array<f32>` by these names; the shape of `x` is `uniforms.xShape`. All must be used. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** Read as `uniforms.<name>`, i32. At least one must be used. */
  readonly integers: Readonly<Record<string, number>>;
  /** Read as `uniforms.<name>`, f32. */
  readonly floats?: Readonly<Record<string, number>>;
  /** The output, written as `result`, a flat `array<f32>`. */
  readonly outputShape: T['shape'];
  /** How often `main` runs; rounded up to whole workgroups, whose rest `main` has to ignore. */
  readonly threads: number;
  /** WGSL that defines `fn main(index : i32)`; `index` counts threads, workgroup after workgroup. */
  readonly code: string;
}

/** Runs a program on the active backend; the result is tracked like that of any operation. */
export function runProgram<T extends tf.Tensor>(program: Program<T>): T;
export function runProgram(program: Program<tf.Tensor>): tf.Tensor {
  const { name, inputs, integers, floats = {}, outputShape, threads, code } = program;
  const declarations = [
    ...Object.keys(integers).map((key) => `${key} : i32,`),
    ...Object.keys(floats).map((key) => `${key} : f32,`),
  ];
  const values: Uniform[] = [
    ...Object.values(integers).map((value) => ({ type: 'int32', data: [value] }) as const),
    ...Object.values(floats).map((value) => ({ type: 'float32', data: [value] }) as const),
  ];
  const output = webgpuBackend().runWebGPUProgram(
    {
      shaderKey: `resnet_${name}`,
      variableNames: Object.keys(inputs),
      uniforms: declarations.join(' '),
      outputShape,
      workgroupSize: [WORKGROUP_SIZE, 1, 1],
      // One dimension: tfjs folds it into two or three where it is longer than WebGPU allows.
      dispatchLayout: { x: outputShape.map((_, dimension) => dimension) },
      dispatch: [Math.ceil(threads / WORKGROUP_SIZE), 1, 1],
      getUserCode: () => code,
    },
    Object.values(inputs),
    'float32',
    values,
  );
  return tf.engine().makeTensorFromTensorInfo(output);
}
