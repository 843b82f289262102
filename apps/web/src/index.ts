export { loadPredictor } from './load-predictor.ts';
export { WebPredictorError, type WebPredictorErrorCode } from './errors.ts';
export type {
  ActivationMap,
  BackendChange,
  BackendInfo,
  BackendName,
  Classification,
  ClassifyOptions,
  ImageInput,
  LoadOptions,
  LoadProgress,
  LoadStage,
  ModelInfo,
  ModelLimits,
  ModelSource,
  Prediction,
  WebPredictor,
  WebPredictorEventMap,
} from './types.ts';
