export { createModel, type CreateModelOptions } from './create-model.ts';
export { parseConfig, resnetConfig, type ResNetConfig } from './config.ts';
export { ModelError, type ModelErrorCode } from './errors.ts';
export type { ForwardOptions } from './forward.ts';
export type { HostTensor, StateDict } from './host-tensor.ts';
export { foldBatchNorm } from './inference/fold-batch-norm.ts';
export type { InferenceNet } from './inference/inference-net.ts';
export { initialState, type InitOptions } from './init.ts';
export { layerTable, type LayerRow } from './layer-table.ts';
export { compareStateDict, type LoadReport, type Mismatch } from './load-report.ts';
export {
  formatModelConfig,
  parseModelConfig,
  type ModelCard,
  type PretrainedConfig,
} from './model-card.ts';
export { numFeatures } from './network/network.ts';
export { ResNet } from './resnet.ts';
export type { BatchStatistics } from './run.ts';
export { readSafetensors, type SafetensorsFile } from './safetensors/read.ts';
export { parseShardIndex, readShards, type ShardIndex } from './safetensors/shards.ts';
export { writeSafetensors, type WriteOptions } from './safetensors/write.ts';
export {
  parameterCount,
  parameterSpecs,
  type Initializer,
  type ParameterRole,
  type ParameterSpec,
} from './specs.ts';
export { classifierPrefix, stagePrefixes } from './stages.ts';
export { withoutPrefix } from './without-prefix.ts';
export { isModelName, listModels, modelConfig } from './zoo.ts';
