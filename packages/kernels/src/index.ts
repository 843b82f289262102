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
export { addBias } from './ops/add-bias.ts';
export {
  batchNormInference,
  batchNormTraining,
  type BatchNormOptions,
  type BatchNormTrainingResult,
} from './ops/batch-norm.ts';
export {
  convBatchNormTraining,
  type BatchNormStatistics,
  type ConvBatchNorm,
  type ConvBatchNormResult,
} from './ops/conv-batch-norm.ts';
export { conv2d, type Conv2dOptions } from './ops/conv2d.ts';
export { add, multiply, sigmoid } from './ops/elementwise.ts';
export { fusedConv2d, type FusedConv2dOptions } from './ops/fused-conv2d.ts';
export { linear } from './ops/linear.ts';
export { mean } from './ops/mean.ts';
export { multiplyConstant } from './ops/multiply-constant.ts';
export { padChannels } from './ops/pad-channels.ts';
export { padEnd } from './ops/pad-end.ts';
export {
  avgPool2d,
  globalAveragePool,
  maxPool2d,
  type AvgPool2dOptions,
  type Pool2dOptions,
} from './ops/pooling.ts';
export { addRelu, relu } from './ops/relu.ts';
export {
  softmaxCrossEntropy,
  type SoftmaxCrossEntropyOptions,
} from './ops/softmax-cross-entropy.ts';
export type {
  AdamwSettings,
  AdamwSlot,
  BatchNormForward,
  BatchNormGradients,
  BatchNormSaved,
  BatchNormSettings,
  ConvBatchNormParameters,
  ConvBatchNormUnit,
  ConvEpilogue,
  FusedUnits,
  MovingAverage,
  Primitives,
  SgdSettings,
  SgdSlot,
} from './primitives.ts';
export { primitives, registerPrimitives } from './registry.ts';
export { checkpoint } from './tfjs/tape.ts';
