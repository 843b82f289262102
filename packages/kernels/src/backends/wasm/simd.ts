import type * as tf from '@tensorflow/tfjs-core';

import { address, allocate, wasmBackend, type WasmBackend, type WasmMemory } from './backend.ts';
import { shareClones } from './patches.ts';
import { sharedSimdModule, simdModule } from './simd-module.ts';

type Address = number;

/**
 * The functions of assembly/, which documents them. They take addresses (0 where a tensor is
 * absent) and sizes; strides are in bytes.
 */
export interface SimdKernels {
  batchNormTraining(
    x: Address,
    scale: Address,
    offset: Address,
    y: Address,
    mean: Address,
    variance: Address,
    inverseStd: Address,
    scratch: Address,
    rows: number,
    channels: number,
    epsilon: number,
    relu: number,
  ): void;
  batchNormGradient(
    dy: Address,
    x: Address,
    scale: Address,
    mean: Address,
    inverseStd: Address,
    output: Address,
    dx: Address,
    dScale: Address,
    dOffset: Address,
    scratch: Address,
    rows: number,
    channels: number,
  ): void;
  batchNormInference(
    x: Address,
    scale: Address,
    offset: Address,
    mean: Address,
    variance: Address,
    y: Address,
    scratch: Address,
    rows: number,
    channels: number,
    epsilon: number,
    relu: number,
  ): void;
  batchNormInferenceGradient(
    dy: Address,
    x: Address,
    scale: Address,
    mean: Address,
    variance: Address,
    output: Address,
    dx: Address,
    dScale: Address,
    dOffset: Address,
    scratch: Address,
    rows: number,
    channels: number,
    epsilon: number,
  ): void;
  addRelu(a: Address, b: Address, y: Address, size: number): void;
  reluGradient(dy: Address, y: Address, dx: Address, size: number): void;
  maxPoolGradient(
    x: Address,
    y: Address,
    dy: Address,
    dx: Address,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outHeight: number,
    outWidth: number,
    kernelSize: number,
    stride: number,
    padding: number,
  ): void;
  globalAveragePool(
    x: Address,
    y: Address,
    scratch: Address,
    batch: number,
    pixels: number,
    channels: number,
  ): void;
  globalAveragePoolGradient(
    dy: Address,
    dx: Address,
    batch: number,
    pixels: number,
    channels: number,
    factor: number,
  ): void;
  addFilterGradient(
    x: Address,
    dy: Address,
    dFilter: Address,
    batch: number,
    height: number,
    width: number,
    inChannels: number,
    outHeight: number,
    outWidth: number,
    outChannels: number,
    kernelHeight: number,
    kernelWidth: number,
    stride: number,
    padding: number,
    dilation: number,
    xStride: number,
    dyStride: number,
    filterStride: number,
  ): void;
  flipFilter(
    filter: Address,
    flipped: Address,
    width: number,
    inChannels: number,
    outChannels: number,
    filterStride: number,
    tapsY: number,
    tapsX: number,
    residueY: number,
    residueX: number,
    stride: number,
    dilation: number,
  ): void;
  scatterPixels(
    pixels: Address,
    to: Address,
    batch: number,
    rows: number,
    columns: number,
    channels: number,
    pixelStride: number,
    rowStride: number,
    imageStride: number,
  ): void;
  gatherPixels(
    from: Address,
    pixels: Address,
    count: number,
    channels: number,
    pixelStride: number,
  ): void;
  fillZero(to: Address, bytes: number): void;
  sgd(
    parameter: Address,
    gradient: Address,
    momentumBuffer: Address,
    newParameter: Address,
    newMomentumBuffer: Address,
    size: number,
    learningRate: number,
    momentum: number,
    weightDecay: number,
    nesterov: number,
  ): void;
  adamw(
    parameter: Address,
    gradient: Address,
    expAvg: Address,
    expAvgSq: Address,
    newParameter: Address,
    newExpAvg: Address,
    newExpAvgSq: Address,
    size: number,
    keep: number,
    rate: number,
    beta1: number,
    beta2: number,
    rest1: number,
    rest2: number,
    correction: number,
    epsilon: number,
  ): void;
  movingAverage(
    average: Address,
    value: Address,
    newAverage: Address,
    size: number,
    weight: number,
  ): void;
}

// The package is compiled without the DOM's types; these two are in every browser and in Node.
declare const atob: (base64: string) => string;
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { env: { memory: WasmMemory } },
  ) => { readonly exports: SimdKernels };
};

/** Compiles one of the two modules over the memory it is for. */
export function instantiate(base64: string, memory: WasmMemory): SimdKernels {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
}

/**
 * Undefined where they cannot run: no SIMD (tfjs then has loaded its plain build), or a browser
 * that compiles no more than 4 KB on the main thread (Chrome before mid-2023).
 */
function load({ wasm }: WasmBackend): SimdKernels | undefined {
  const shared = wasm.wasmMemory;
  const memory = shared ?? wasm.asm?.memory;
  if (memory === undefined) return undefined;
  try {
    return instantiate(shared === undefined ? simdModule : sharedSimdModule, memory);
  } catch {
    return undefined;
  }
}

/** The kernels, with what calling them takes. */
export interface Simd {
  readonly kernels: SimdKernels;
  /** Where a tensor lies; 0 for undefined. */
  readonly address: (tensor: tf.Tensor | undefined) => Address;
  /** A new tensor of unset values, tracked as any other: the enclosing tidy or the caller owns it. */
  readonly allocate: <T extends tf.Tensor>(shape: T['shape']) => T;
}

const loaded = new WeakMap<WasmBackend, Simd | undefined>();

/**
 * Over the active backend's memory, compiled once a backend; undefined where they cannot run. The
 * first call is also when tfjs's own kernels are certain to be there, and one is replaced.
 */
export function findSimd(): Simd | undefined {
  const backend = wasmBackend();
  if (!loaded.has(backend)) {
    shareClones();
    const kernels = load(backend);
    loaded.set(
      backend,
      kernels && {
        kernels,
        address: (tensor) => (tensor === undefined ? 0 : address(backend, tensor)),
        allocate: <T extends tf.Tensor>(shape: T['shape']) => allocate<T>(backend, shape),
      },
    );
  }
  return loaded.get(backend);
}

/** The same inside a kernel, which is only called where `findSimd` found something. */
export function simd(): Simd {
  return findSimd()!;
}
