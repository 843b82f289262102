import { parameterSpecs, type ModelCard } from '@resnet/model';
import { defaultLimits, inspectModel } from '@resnet/predictor';

import type { ModelFiles, WantedModel } from '../protocol.ts';
import type { LoadProgress } from '../types.ts';
import { blobBytes, fetchBytes } from './bytes.ts';
import { openWeights, type Weights } from './weights-cache.ts';

/** A model's files, and what its `config.json` says. */
export interface FetchedModel {
  readonly config: string;
  readonly inspected: ReturnType<typeof inspectModel>;
  readonly weights: Weights;
}

/** With the names of 20,000 classes, one has half a megabyte. */
const configBytes = 8 * 2 ** 20;

/** A header, and what a file may hold beside the net's weights. */
const otherBytes = 16 * 2 ** 20;

/**
 * Fetches a model and checks its `config.json`; needs no backend. Nothing is fetched or allocated
 * that the `config.json` does not justify.
 *
 * @throws WebPredictorError, ModelError, PredictorError; AbortError
 */
export async function fetchModel(
  { files, limits, cache }: WantedModel,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<FetchedModel> {
  onProgress({ stage: 'config', loaded: 0, total: 1 });
  const config = await readConfig(files.config, signal);
  const { weightBytes, inputSize, multiplyAdds, classes } = limits;
  const inspected = inspectModel(config, {
    ...defaultLimits,
    inputSize,
    multiplyAdds,
    classes,
    parameters: weightBytes / 2,
  });
  onProgress({ stage: 'config', loaded: 1, total: 1 });
  const weights = await openWeights(files.weights, {
    cache,
    signal,
    limit: Math.min(weightBytes, bytesOfNet(inspected.card) + otherBytes),
    onProgress: (loaded, total) => onProgress({ stage: 'weights', loaded, total }),
  });
  return { config, inspected, weights };
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
