import { graphKernels } from '../../graph/compile.ts';
import { addReluKernels } from '../../ops/add-relu.ts';
import { adamwKernels } from '../../ops/adamw-update.ts';
import { avgPool2dKernels } from '../../ops/avg-pool2d.ts';
import { batchNormInferenceKernels } from '../../ops/batch-norm-inference.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { clipByGlobalNormKernels } from '../../ops/clip-by-global-norm.ts';
import { conv2dKernels } from '../../ops/conv2d.ts';
import { convBatchNormKernels } from '../../ops/conv-batch-norm.ts';
import { maxPool2dKernels } from '../../ops/max-pool2d.ts';
import { movingAverageKernels } from '../../ops/moving-average-update.ts';
import { reluKernels } from '../../ops/relu.ts';
import { sgdKernels } from '../../ops/sgd-update.ts';
import { bfloat16 } from './bfloat16.ts';
import { float32 } from './executor.ts';
import { compileGraph } from './graph/compile.ts';
import { adamwUpdate as nativeAdamwUpdate } from './native/adamw-update.ts';
import { createAddRelu as nativeAddRelu } from './native/add-relu.ts';
import { createBatchNormTraining as nativeBatchNormTraining } from './native/batch-norm-training.ts';
import { clipByGlobalNorm as nativeClipByGlobalNorm } from './native/clip-by-global-norm.ts';
import { createConvBatchNorm as nativeConvBatchNorm } from './native/conv-batch-norm.ts';
import { createConv2d as nativeConv2d } from './native/conv2d.ts';
import { createMaxPool2d as nativeMaxPool2d } from './native/max-pool2d.ts';
import { movingAverageUpdate as nativeMovingAverageUpdate } from './native/moving-average-update.ts';
import { sgdUpdate as nativeSgdUpdate } from './native/sgd-update.ts';
import { adamwUpdate as tensorflowAdamwUpdate } from './ops/adamw-update.ts';
import { createAddRelu as tensorflowAddRelu } from './ops/add-relu.ts';
import { createAvgPool2d as tensorflowAvgPool2d } from './ops/avg-pool2d.ts';
import { createBatchNormInference as tensorflowBatchNormInference } from './ops/batch-norm-inference.ts';
import { createBatchNormTraining as tensorflowBatchNormTraining } from './ops/batch-norm-training.ts';
import { createConv2d as tensorflowConv2d } from './ops/conv2d.ts';
import { conv2dByDilatedFilter, conv2dBySlices } from './ops/conv2d-rewrites.ts';
import { maxPool2d as tensorflowMaxPool2d } from './ops/max-pool2d.ts';
import { movingAverageUpdate as tensorflowMovingAverageUpdate } from './ops/moving-average-update.ts';
import { createRelu as tensorflowRelu } from './ops/relu.ts';
import { sgdUpdate as tensorflowSgdUpdate } from './ops/sgd-update.ts';
import { select } from './select.ts';

/** How the `tensorflow` backend computes. */
export interface TensorflowOptions {
  /**
   * `bfloat16`: convolutions and the activations, forward and backward, in bfloat16. Parameters,
   * statistics, the head and the loss stay float32, and so does all that the caller sees. Worth it
   * only where the CPU has bfloat16 instructions (AVX-512 BF16, AMX): elsewhere it takes longer than
   * float32. Default `float32`.
   */
  readonly precision?: 'float32' | 'bfloat16';
}

/**
 * Makes the ops use TensorFlow's fused kernels, and those of `@resnet/native` where they are there,
 * on tfjs-node's `tensorflow` backend. May be called before the backend is loaded, and again: the
 * last precision holds.
 */
export function registerTensorflowKernels({ precision = 'float32' }: TensorflowOptions = {}): void {
  const executor = precision === 'bfloat16' ? bfloat16 : float32;
  // Each call goes to the first that supports it: native kernels, then what TensorFlow has.
  select(conv2dKernels, [
    nativeConv2d(executor),
    conv2dBySlices,
    conv2dByDilatedFilter,
    tensorflowConv2d(executor),
    tensorflowConv2d(float32),
  ]);
  select(batchNormTrainingKernels, [
    nativeBatchNormTraining(executor),
    tensorflowBatchNormTraining(executor),
  ]);
  select(batchNormInferenceKernels, [tensorflowBatchNormInference(executor)]);
  select(convBatchNormKernels, [nativeConvBatchNorm(executor)]);
  select(reluKernels, [tensorflowRelu(executor)]);
  select(addReluKernels, [nativeAddRelu(executor), tensorflowAddRelu(executor)]);
  select(maxPool2dKernels, [nativeMaxPool2d(executor), tensorflowMaxPool2d]);
  select(avgPool2dKernels, [tensorflowAvgPool2d(executor)]);
  select(clipByGlobalNormKernels, [nativeClipByGlobalNorm]);
  select(sgdKernels, [nativeSgdUpdate, tensorflowSgdUpdate]);
  select(adamwKernels, [nativeAdamwUpdate, tensorflowAdamwUpdate]);
  select(movingAverageKernels, [nativeMovingAverageUpdate, tensorflowMovingAverageUpdate]);
  graphKernels.register('tensorflow', { compile: (graph) => compileGraph(graph, precision) });
}
