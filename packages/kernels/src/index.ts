export type { Activation } from './activation.ts';
export { KernelError, type KernelErrorCode } from './errors.ts';
export {
  convOutputSize,
  poolOutputSize,
  type AveragePoolGeometry,
  type ConvGeometry,
  type PoolGeometry,
  type Shape4D,
} from './geometry.ts';
export { compile } from './graph/compile.ts';
export type { Executable, Graph, GraphNode } from './graph/graph.ts';
export {
  mapWeights,
  weightsOf,
  type BatchNormOp,
  type Conv2dOp,
  type GraphOp,
  type LinearOp,
  type OpOfType,
} from './graph/ops.ts';
export { runOp } from './graph/run-op.ts';
export { adamwUpdate, type AdamwParameter, type AdamwSettings } from './ops/adamw-update.ts';
export { add } from './ops/add.ts';
export { addBias } from './ops/add-bias.ts';
export { addRelu } from './ops/add-relu.ts';
export { avgPool2d, type AvgPool2dOptions } from './ops/avg-pool2d.ts';
export type { BatchNormOptions } from './ops/batch-norm.ts';
export { batchNormInference } from './ops/batch-norm-inference.ts';
export {
  batchNormTraining,
  type BatchNormStatistics,
  type BatchNormTrainingResult,
} from './ops/batch-norm-training.ts';
export { clipByGlobalNorm } from './ops/clip-by-global-norm.ts';
export {
  convBatchNormTraining,
  type ConvBatchNorm,
  type ConvBatchNormResult,
} from './ops/conv-batch-norm.ts';
export { conv2d, type Conv2dOptions } from './ops/conv2d.ts';
export { fusedConv2d, type FusedConv2dOptions } from './ops/fused-conv2d.ts';
export { globalAveragePool } from './ops/global-average-pool.ts';
export { linear } from './ops/linear.ts';
export { maxPool2d, type Pool2dOptions } from './ops/max-pool2d.ts';
export { mean } from './ops/mean.ts';
export { movingAverageUpdate, type MovingAverage } from './ops/moving-average-update.ts';
export { multiply } from './ops/multiply.ts';
export { multiplyConstant } from './ops/multiply-constant.ts';
export { padChannels } from './ops/pad-channels.ts';
export { padEnd } from './ops/pad-end.ts';
export { relu } from './ops/relu.ts';
export { sgdUpdate, type SgdParameter, type SgdSettings } from './ops/sgd-update.ts';
export { sigmoid } from './ops/sigmoid.ts';
export {
  softmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
} from './ops/softmax-cross-entropy.ts';
export { checkpoint } from './tfjs/checkpoint.ts';
export { releaseTape } from './tfjs/tape.ts';
