import { Predictor } from '@resnet/predictor';

import type { LoadProgress, ModelInfo } from '../types.ts';
import type { FetchedModel } from './fetch-model.ts';

export interface LoadedModel {
  readonly predictor: Predictor;
  readonly info: ModelInfo;
}

/**
 * Puts a model on the active backend, and runs it once, so that shaders are compiled before they
 * are waited for.
 *
 * @throws ModelError, PredictorError; AbortError
 */
export async function loadModel(
  { config, inspected, weights }: FetchedModel,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  const { card, parameters, hasActivationMaps } = inspected;
  const predictor = await Predictor.load({ config, weights: weights.bytes });
  onProgress({ stage: 'warmup', loaded: 0, total: 1 });
  const [, height, width] = card.pretrainedCfg.inputSize;
  try {
    await predictor.probabilities([new Float32Array(height * width * 3)]);
    signal.throwIfAborted();
  } catch (error) {
    predictor.dispose();
    throw error;
  }
  await weights.keep();
  onProgress({ stage: 'warmup', loaded: 1, total: 1 });
  const info = {
    architecture: card.architecture,
    labels: card.labelNames,
    inputSize: [height, width] as const,
    parameters,
    bytes: weights.bytes.length,
    hasActivationMaps,
  };
  return { predictor, info };
}
