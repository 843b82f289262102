import { layerTable, parameterCount, parseModelConfig, type ModelCard } from '@resnet/model';

import { hasActivationMaps } from './activation-map.ts';
import { PredictorError } from './errors.ts';

/** What a model may be at most, where its files come from strangers. */
export interface ModelLimits {
  /** Height and width of the input. */
  readonly inputSize: number;
  /** Of the net, each 4 bytes in memory. */
  readonly parameters: number;
  /** Of convolutions and linear layers, for one image: ResNet-152 at 224 x 224 has 11.5e9. */
  readonly multiplyAdds: number;
  /** Numbers in the largest feature map, for one image. */
  readonly activations: number;
  readonly classes: number;
  /** Residual blocks: ResNet-152 has 50, ResNet-1202 has 600. */
  readonly blocks: number;
}

/** Generous for what people train, and bearable for a laptop's browser. */
export const defaultLimits: ModelLimits = {
  inputSize: 1024,
  parameters: 256e6,
  multiplyAdds: 100e9,
  activations: 128e6,
  classes: 100_000,
  blocks: 1000,
};

/** What a `config.json` says about a model before any of its weights are read. */
export interface ModelReport {
  readonly card: ModelCard;
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Whether `Predictor.explain` works for it. */
  readonly hasActivationMaps: boolean;
}

/**
 * Reads a `config.json` and what its net would cost, without a backend and without taking memory
 * for it: the check to make before weights are fetched. What is malformed throws in any case, what
 * is large only past `limits`.
 *
 * @throws ModelError MODEL_FILE_INVALID, MODEL_UNKNOWN, CONFIG_INVALID; INPUT_INVALID where the
 *   input size is too small for the net
 * @throws PredictorError MODEL_UNSUITABLE where the net has no classes, or takes no RGB images;
 *   MODEL_TOO_LARGE naming the limit and the value
 */
export function inspectModel(
  config: string | object,
  limits: ModelLimits = defaultLimits,
): ModelReport {
  const card = parseModelConfig(config);
  const { numClasses, inChannels, layers } = card.config;
  if (numClasses === 0 || inChannels !== 3) {
    throw new PredictorError(
      'MODEL_UNSUITABLE',
      `Predictor: expected a net of 3 channels with classes, received ${card.architecture.slice(0, 100)} of ${inChannels} channels and ${numClasses} classes; use @resnet/model's ResNet for others`,
    );
  }
  const [, height, width] = card.pretrainedCfg.inputSize;
  check('input pixels a side', Math.max(height, width), limits.inputSize);
  // A crop of next to nothing of an image would first enlarge it without end.
  const resized = Math.max(height, width) / card.pretrainedCfg.cropPct;
  check('pixels a side before the crop', Math.floor(resized), 8 * limits.inputSize);
  check('classes', numClasses, limits.classes);
  // Before anything is built a block at a time.
  const blocks = layers.reduce((sum, depth) => sum + depth, 0);
  check('residual blocks', blocks, limits.blocks);
  const rows = layerTable(card.config, [height, width]);
  const parameters = parameterCount(card.config);
  const multiplyAdds = rows.reduce((sum, row) => sum + row.macs, 0);
  check('parameters', parameters, limits.parameters);
  check('multiply-adds an image', multiplyAdds, limits.multiplyAdds);
  const largest = rows.reduce(
    (most, row) =>
      Math.max(
        most,
        row.outputShape.reduce((size, n) => size * n, 1),
      ),
    0,
  );
  check('numbers in a feature map', largest, limits.activations);
  return { card, parameters, multiplyAdds, hasActivationMaps: hasActivationMaps(card.config) };
}

function check(what: string, value: number, limit: number): void {
  if (value <= limit) return;
  throw new PredictorError(
    'MODEL_TOO_LARGE',
    `Predictor: expected at most ${limit} ${what}, received a net of ${value}; raise the limit if the model is trusted`,
  );
}
