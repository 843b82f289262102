import { parameterSpecs, type ModelCard } from '@resnet/model';
import { defaultLimits, inspectModel, Predictor } from '@resnet/predictor';

import type { ModelFiles, Request } from '../protocol.ts';
import type { LoadProgress, ModelInfo } from '../types.ts';
import { blobBytes, fetchBytes } from './bytes.ts';
import { openWeights } from './weights-cache.ts';

export interface LoadedModel {
  readonly predictor: Predictor;
  readonly info: ModelInfo;
}

/** With the names of 20,000 classes, one has half a megabyte. */
const configBytes = 8 * 2 ** 20;

/** A header, and what a file may hold beside the net's weights. */
const otherBytes = 16 * 2 ** 20;

/**
 * Fetches and checks a model, and runs it once, so that shaders are compiled before they are waited
 * for. Nothing of a model is fetched or allocated that its `config.json` does not justify.
 *
 * @throws WebPredictorError, ModelError, PredictorError; AbortError
 */
export async function loadModel(
  { files, limits, cache }: Extract<Request, { readonly type: 'load' }>,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  onProgress({ stage: 'config', loaded: 0, total: 1 });
  const config = await readConfig(files.config, signal);
  const { weightBytes, inputSize, multiplyAdds, classes } = limits;
  const { card, parameters, hasActivationMaps } = inspectModel(config, {
    ...defaultLimits,
    inputSize,
    multiplyAdds,
    classes,
    parameters: weightBytes / 2,
  });
  onProgress({ stage: 'config', loaded: 1, total: 1 });
  const { bytes, keep } = await openWeights(files.weights, {
    cache,
    signal,
    limit: Math.min(weightBytes, bytesOfNet(card) + otherBytes),
    onProgress: (loaded, total) => onProgress({ stage: 'weights', loaded, total }),
  });
  const predictor = await Predictor.load({ config, weights: bytes });
  onProgress({ stage: 'warmup', loaded: 0, total: 1 });
  const [, height, width] = card.pretrainedCfg.inputSize;
  try {
    await predictor.probabilities([new Float32Array(height * width * 3)]);
    signal.throwIfAborted();
  } catch (error) {
    predictor.dispose();
    throw error;
  }
  await keep();
  onProgress({ stage: 'warmup', loaded: 1, total: 1 });
  const info = {
    architecture: card.architecture,
    labels: card.labelNames,
    inputSize: [height, width] as const,
    parameters,
    bytes: bytes.length,
    hasActivationMaps,
  };
  return { predictor, info };
}

/** Weights and running statistics in float32. */
function bytesOfNet(card: ModelCard): number {
  return parameterSpecs(card.config).reduce(
    (sum, { shape }) => sum + 4 * shape.reduce((size, n) => size * n, 1),
    0,
  );
}

async function readConfig(config: ModelFiles['config'], signal: AbortSignal): Promise<string> {
  if (typeof config === 'string') return config;
  const options = { what: 'config.json', limit: configBytes, signal };
  const bytes =
    config instanceof Blob
      ? await blobBytes(config, options)
      : (await fetchBytes(config.url, options)).bytes;
  return new TextDecoder().decode(bytes);
}
