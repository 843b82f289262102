import { addReluKernels } from '../../ops/add-relu.ts';
import { adamwKernels } from '../../ops/adamw-update.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { conv2dKernels } from '../../ops/conv2d.ts';
import { fusedConv2dKernels } from '../../ops/fused-conv2d.ts';
import { movingAverageKernels } from '../../ops/moving-average-update.ts';
import { reluKernels } from '../../ops/relu.ts';
import { sgdKernels } from '../../ops/sgd-update.ts';
import * as tfjsFusedConv2d from '../tfjs-fused-conv2d.ts';
import * as adamwUpdate from './adamw-update.ts';
import * as addRelu from './add-relu.ts';
import * as batchNormTraining from './batch-norm-training.ts';
import { forward } from './conv2d.ts';
import { filterGradient } from './conv2d-filter-gradient.ts';
import { inputGradient } from './conv2d-input-gradient.ts';
import * as movingAverageUpdate from './moving-average-update.ts';
import * as relu from './relu.ts';
import * as sgdUpdate from './sgd-update.ts';

/**
 * Makes the ops use this package's programs on tfjs's `webgpu` backend: convolution with groups, the
 * gradients of convolution, batch norm in training, the optimisers. Idempotent; may be called before
 * the backend is set up.
 */
export function registerWebgpuKernels(): void {
  conv2dKernels.register('webgpu', { forward, inputGradient, filterGradient });
  fusedConv2dKernels.register('webgpu', tfjsFusedConv2d);
  batchNormTrainingKernels.register('webgpu', batchNormTraining);
  reluKernels.register('webgpu', relu);
  addReluKernels.register('webgpu', addRelu);
  sgdKernels.register('webgpu', sgdUpdate);
  adamwKernels.register('webgpu', adamwUpdate);
  movingAverageKernels.register('webgpu', movingAverageUpdate);
}
