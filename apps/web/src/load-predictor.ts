import { WebPredictorError } from './errors.ts';
import type { LoadOptions, ModelSource, WebPredictor } from './types.ts';

/**
 * Loads a model as `resnet train` and timm write it, and makes it ready in a worker.
 *
 * @throws WebPredictorError BACKEND_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_INVALID, MODEL_TOO_LARGE,
 *   MODEL_UNSUITABLE; and the signal's reason when it is aborted
 */
export function loadPredictor(
  _source: ModelSource,
  _options: LoadOptions = {},
): Promise<WebPredictor> {
  return Promise.reject(new WebPredictorError('BACKEND_UNAVAILABLE', 'no backend yet'));
}
