export { parseConfig, resnetConfig, type ResNetConfig } from './architecture/config.ts';
export { nativeImageSize } from './architecture/native-image-size.ts';
export { layerTable, type LayerRow } from './architecture/layer-table.ts';
export { parameterCount, parameterSpecs } from './architecture/parameter-specs.ts';
export { classifierPrefix, stagePrefixes } from './architecture/stage-prefixes.ts';
export { isModelName, listModels, modelConfig } from './architecture/zoo.ts';
export { createModel, type CreateModelOptions } from './create-model.ts';
export { ModelError, type ModelErrorCode } from './errors.ts';
export { foldBatchNorm } from './execution/fold-batch-norm.ts';
export type { ForwardOptions } from './execution/forward.ts';
export type { InferenceNet } from './execution/inference-net.ts';
export type { BatchStatistics } from './execution/run-context.ts';
export { formatModelConfig, parseModelConfig } from './model-card/config-json.ts';
export { createModelCard, type CreateModelCardOptions } from './model-card/create-model-card.ts';
export type { ModelCard, PretrainedConfig } from './model-card/model-card.ts';
export { ResNet } from './resnet.ts';
export { initialState, type InitOptions } from './weights/init.ts';
export { compareStateDict, type LoadReport, type Mismatch } from './weights/load-report.ts';
export type { Initializer, ParameterRole, ParameterSpec } from './weights/parameter-spec.ts';
export { readSafetensors, type SafetensorsFile } from './weights/safetensors/read-safetensors.ts';
export { parseShardIndex, readShards, type ShardIndex } from './weights/safetensors/shards.ts';
export {
  writeSafetensors,
  type WriteSafetensorsOptions,
} from './weights/safetensors/write-safetensors.ts';
export type { HostTensor, StateDict } from './weights/state-dict.ts';
export { stripPrefix } from './weights/strip-prefix.ts';
