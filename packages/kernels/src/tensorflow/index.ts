import { registerPrimitives } from '../registry.ts';
import { addRelu, relu, reluGradient } from './activation.ts';
import {
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
  batchNormTraining,
} from './batch-norm.ts';
import { convolution } from './convolution.ts';
import { compile } from './graph/compile.ts';
import { adamwUpdate, movingAverageUpdate, sgdUpdate } from './optimizer.ts';
import { maxPool2d, maxPool2dGradient } from './pooling.ts';

/**
 * Makes the operations use TensorFlow's fused kernels on tfjs-node's `tensorflow` backend.
 * Idempotent; may be called before the backend is loaded.
 */
export function registerTensorflowKernels(): void {
  registerPrimitives('tensorflow', {
    compile,
    ...convolution,
    addRelu,
    relu,
    reluGradient,
    batchNormTraining,
    batchNormGradient,
    batchNormInference,
    batchNormInferenceGradient,
    maxPool2d,
    maxPool2dGradient,
    sgdUpdate,
    adamwUpdate,
    movingAverageUpdate,
  });
}
