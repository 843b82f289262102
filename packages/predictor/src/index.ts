export { PredictorError, type PredictorErrorCode } from './errors.ts';
export { Predictor, type ModelFiles, type PredictOptions } from './predictor.ts';
export type { Prediction } from './probabilities.ts';
