export { createModel, type CreateModelOptions } from './create-model.ts';
export { parseConfig, resnetConfig, type ResNetConfig } from './architecture/config.ts';
export { ModelError, type ModelErrorCode } from './errors.ts';
export type { ForwardOptions } from './execution/forward.ts';
export type { HostTensor, StateDict } from './weights/state-dict.ts';
export { foldBatchNorm } from './execution/fold-batch-norm.ts';
export type { InferenceNet } from './execution/inference-net.ts';
export { initialState, type InitOptions } from './weights/init.ts';
export { layerTable, type LayerRow } from './architecture/layer-table.ts';
export { compareStateDict, type LoadReport, type Mismatch } from './weights/load-report.ts';
export {
  formatModelConfig,
  parseModelConfig,
  type ModelCard,
  type PretrainedConfig,
} from './model-card/model-card.ts';
export { numFeatures } from './architecture/network.ts';
export { ResNet } from './resnet.ts';
export type { BatchStatistics } from './execution/run-context.ts';
export { readSafetensors, type SafetensorsFile } from './weights/safetensors/read.ts';
export { parseShardIndex, readShards, type ShardIndex } from './weights/safetensors/shards.ts';
export { writeSafetensors, type WriteOptions } from './weights/safetensors/write.ts';
export { parameterCount, parameterSpecs } from './architecture/parameter-specs.ts';
export type { Initializer, ParameterRole, ParameterSpec } from './weights/parameter-spec.ts';
export { classifierPrefix, stagePrefixes } from './architecture/stage-prefixes.ts';
export { stripPrefix } from './weights/strip-prefix.ts';
export { isModelName, listModels, modelConfig } from './architecture/zoo.ts';
