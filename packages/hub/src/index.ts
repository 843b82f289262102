export { adaptClassifier, type AdaptedWeights } from './adapt-classifier.ts';
export { checkWeights } from './check-weights.ts';
export { downloadModel, type DownloadModelOptions } from './download-model.ts';
export { HubError, type HubErrorCode } from './errors.ts';
export { loadWeights, type LoadedWeights, type LoadWeightsOptions } from './load-weights.ts';
export {
  openModelFolder,
  readModelCard,
  writeModelFolder,
  type ModelFolder,
  type WriteModelFolderOptions,
} from './model-folder.ts';
