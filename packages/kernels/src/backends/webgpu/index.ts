import { fusedKernelConv2d } from '../reference/fused-kernel.ts';
import { registerPrimitives } from '../../registry.ts';
import { addRelu, reluGradient } from './activation.ts';
import { batchNormGradient, batchNormTraining } from './batch-norm.ts';
import { conv2d } from './conv2d.ts';
import { conv2dFilterGradient } from './conv2d-filter-gradient.ts';
import { conv2dInputGradient } from './conv2d-input-gradient.ts';
import { adamwUpdate, movingAverageUpdate, sgdUpdate } from './optimizer.ts';

/**
 * Makes the operations use this package's programs on tfjs's `webgpu` backend: convolution with
 * groups, the gradients of convolution, batch norm in training, the optimisers. Idempotent; may be called before
 * the backend is set up.
 */
export function registerWebgpuKernels(): void {
  registerPrimitives('webgpu', {
    conv2d,
    fusedConv2d: fusedKernelConv2d,
    conv2dInputGradient,
    conv2dFilterGradient,
    batchNormTraining,
    batchNormGradient,
    addRelu,
    reluGradient,
    sgdUpdate,
    adamwUpdate,
    movingAverageUpdate,
  });
}
