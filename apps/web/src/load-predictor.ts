import { findFiles } from './client/model-files.ts';
import { retryLost } from './client/retry.ts';
import { holdModel } from './client/models.ts';
import { SharedPredictor } from './client/shared-predictor.ts';
import type { LoadOptions, ModelLimits, ModelSource, WebPredictor } from './types.ts';

const defaultLimits: ModelLimits = {
  weightBytes: 512 * 2 ** 20,
  inputSize: 1024,
  multiplyAdds: 100e9,
  classes: 100_000,
};

/**
 * Loads a model as `resnet train` and timm write it, and makes it ready in a worker. Its files are
 * checked before they are used; nothing is sent anywhere.
 *
 * @throws WebPredictorError BACKEND_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_INVALID, MODEL_TOO_LARGE,
 *   MODEL_UNSUITABLE, OUT_OF_MEMORY; and the signal's reason when it is aborted
 */
export async function loadPredictor(
  source: ModelSource,
  { backend = 'auto', signal, onProgress, cache = true, limits }: LoadOptions = {},
): Promise<WebPredictor> {
  const request = { ...findFiles(source), cache, limits: { ...defaultLimits, ...limits } };
  const model = await retryLost(backend, (name) =>
    holdModel(name, { ...request, signal, onProgress }),
  );
  return new SharedPredictor(model, request, backend !== 'auto');
}
