import { addReluKernels } from '../../ops/add-relu.ts';
import { adamwKernels } from '../../ops/adamw-update.ts';
import { batchNormInferenceKernels } from '../../ops/batch-norm-inference.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { conv2dKernels } from '../../ops/conv2d.ts';
import { fusedConv2dKernels } from '../../ops/fused-conv2d.ts';
import { globalAveragePoolKernels } from '../../ops/global-average-pool.ts';
import { maxPool2dKernels } from '../../ops/max-pool2d.ts';
import { movingAverageKernels } from '../../ops/moving-average-update.ts';
import { reluKernels } from '../../ops/relu.ts';
import { sgdKernels } from '../../ops/sgd-update.ts';
import * as tfjsFusedConv2d from '../tfjs-fused-conv2d.ts';
import * as adamwUpdate from './adamw-update.ts';
import * as addRelu from './add-relu.ts';
import * as batchNormInference from './batch-norm-inference.ts';
import * as batchNormTraining from './batch-norm-training.ts';
import { forward } from './conv2d.ts';
import { filterGradient } from './conv2d-filter-gradient.ts';
import { inputGradient } from './conv2d-input-gradient.ts';
import * as globalAveragePool from './global-average-pool.ts';
import * as maxPool2d from './max-pool2d.ts';
import * as movingAverageUpdate from './moving-average-update.ts';
import { registerSimd } from './register-simd.ts';
import * as relu from './relu.ts';
import * as sgdUpdate from './sgd-update.ts';

/**
 * Makes the ops use this package's accelerations on tfjs's `wasm` backend: its fast kernels put
 * together otherwise, and SIMD kernels over its memory. Where the platform has no WebAssembly SIMD,
 * the reference implementations run. Idempotent; may be called before the backend is set up.
 */
export function registerWasmKernels(): void {
  registerSimd(conv2dKernels, { forward, inputGradient, filterGradient });
  registerSimd(batchNormTrainingKernels, batchNormTraining);
  registerSimd(batchNormInferenceKernels, batchNormInference);
  registerSimd(reluKernels, relu);
  registerSimd(addReluKernels, addRelu);
  registerSimd(maxPool2dKernels, { gradient: maxPool2d.gradient });
  registerSimd(globalAveragePoolKernels, globalAveragePool);
  registerSimd(sgdKernels, sgdUpdate);
  registerSimd(adamwKernels, adamwUpdate);
  registerSimd(movingAverageKernels, movingAverageUpdate);
  // tfjs's kernels, which need no SIMD of this package.
  maxPool2dKernels.register('wasm', { forward: maxPool2d.forward });
  fusedConv2dKernels.register('wasm', tfjsFusedConv2d);
}
