import { definePredictorElement } from './element/define.ts';

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
export {
  ResnetPredictorElement,
  type ResnetPredictorEventMap,
} from './element/resnet-predictor.ts';
export type { ReadyDetail } from './element/session.ts';

// What a script tag is for; `@resnet/web/predictor` is the same without the element.
definePredictorElement();
