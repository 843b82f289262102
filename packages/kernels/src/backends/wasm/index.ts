// The primitives are plain functions, declared as methods only for their generics.
/* oxlint-disable typescript/unbound-method */

import { fusedKernelConv2d } from '../reference/fused-kernel.ts';
import { composed } from '../reference/index.ts';
import { registerPrimitives } from '../../registry.ts';
import { addRelu, reluGradient } from './activation.ts';
import {
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
  batchNormTraining,
} from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { conv2dFilterGradient } from './conv2d-filter-gradient.ts';
import { conv2dInputGradient } from './conv2d-input-gradient.ts';
import { adamwUpdate, movingAverageUpdate, sgdUpdate } from './optimizer.ts';
import {
  globalAveragePool,
  globalAveragePoolGradient,
  maxPool2d,
  maxPool2dGradient,
} from './pooling.ts';
import { findSimd } from './simd.ts';

/**
 * The accelerated function where its kernels can run, else the composed one. Whether they can is
 * known only once the backend has started, which may be after the registration.
 */
function whereSimd<P extends unknown[], R>(
  fast: (...parameters: P) => R,
  slow: (...parameters: P) => R,
): (...parameters: P) => R {
  return (...parameters) => (findSimd() === undefined ? slow : fast)(...parameters);
}

/**
 * Makes the operations use this package's accelerations on tfjs's `wasm` backend: compositions of
 * its fast kernels, and own SIMD kernels over its memory. Where the platform has no WebAssembly
 * SIMD, everything stays composed. Idempotent; may be called before the backend is set up.
 */
export function registerWasmKernels(): void {
  registerPrimitives('wasm', {
    conv2d: whereSimd(conv2d, composed.conv2d),
    fusedConv2d: fusedKernelConv2d,
    conv2dInputGradient: whereSimd(conv2dInputGradient, composed.conv2dInputGradient),
    conv2dFilterGradient: whereSimd(conv2dFilterGradient, composed.conv2dFilterGradient),
    batchNormTraining: whereSimd(batchNormTraining, composed.batchNormTraining),
    batchNormGradient: whereSimd(batchNormGradient, composed.batchNormGradient),
    batchNormInference: whereSimd(batchNormInference, composed.batchNormInference),
    batchNormInferenceGradient: whereSimd(
      batchNormInferenceGradient,
      composed.batchNormInferenceGradient,
    ),
    reluGradient: whereSimd(reluGradient, composed.reluGradient),
    addRelu: whereSimd(addRelu, composed.addRelu),
    maxPool2d,
    maxPool2dGradient: whereSimd(maxPool2dGradient, composed.maxPool2dGradient),
    globalAveragePool: whereSimd(globalAveragePool, composed.globalAveragePool),
    globalAveragePoolGradient: whereSimd(
      globalAveragePoolGradient,
      composed.globalAveragePoolGradient,
    ),
    sgdUpdate: whereSimd(sgdUpdate, composed.sgdUpdate),
    adamwUpdate: whereSimd(adamwUpdate, composed.adamwUpdate),
    movingAverageUpdate: whereSimd(movingAverageUpdate, composed.movingAverageUpdate),
  });
}
