export { hasActivationMaps, normalizeMap, type ActivationMap } from './activation-map.ts';
export { defaultLimits, inspectModel, type ModelLimits, type ModelReport } from './check-model.ts';
export { PredictorError, type PredictorErrorCode } from './errors.ts';
export {
  Predictor,
  type Explanation,
  type LoadOptions,
  type ModelFiles,
  type PredictOptions,
} from './predictor.ts';
export { topPredictions, type Prediction } from './probabilities.ts';
