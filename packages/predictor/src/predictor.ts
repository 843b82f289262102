import { evalTransform, type EvalFunction, type Raster } from '@resnet/image';
import { parseModelConfig, readSafetensors, ResNet, type ModelCard } from '@resnet/model';
import * as tf from '@tensorflow/tfjs-core';

import { PredictorError } from './errors.ts';
import { softmax, topPredictions, type Prediction } from './probabilities.ts';

/** The two files of a model folder. */
export interface ModelFiles {
  /** `config.json`: its text, or what JSON makes of it. */
  readonly config: string | object;
  /** The bytes of `model.safetensors`. */
  readonly weights: Uint8Array;
}

export interface PredictOptions {
  /** How many classes to give, most probable first; 5 unless given, never more than there are. */
  readonly topK?: number;
  /** How many pictures run together; 32 unless given. More is faster and takes more memory. */
  readonly batchSize?: number;
}

/**
 * A model folder that answers for pictures: its net, its classes and its own preprocessing. It
 * runs on the backend that was active when it was loaded, and holds its weights there until
 * {@link dispose}.
 */
export class Predictor {
  /** What the folder's `config.json` says. */
  readonly card: ModelCard;
  readonly #model: ResNet;
  readonly #transform: EvalFunction;
  #isDisposed = false;

  private constructor(card: ModelCard, model: ResNet) {
    this.card = card;
    this.#model = model;
    const { inputSize, mean, std, interpolation, cropPct } = card.pretrainedCfg;
    const [, height, width] = inputSize;
    this.#transform = evalTransform({
      inputSize: [height, width],
      cropPct,
      interpolation,
      mean: rgb(mean),
      std: rgb(std),
    });
  }

  /**
   * Loads a model folder as `@resnet/trainer` and timm write it.
   *
   * @throws ModelError where a file is malformed, or the weights are not those of the architecture
   * @throws PredictorError MODEL_UNSUITABLE where the net has no classes, or takes no RGB pictures
   */
  // oxlint-disable-next-line typescript/require-await -- some backends will upload asynchronously
  static async load({ config, weights }: ModelFiles): Promise<Predictor> {
    const card = parseModelConfig(config);
    const { numClasses, inChannels } = card.config;
    if (numClasses === 0 || inChannels !== 3) {
      throw new PredictorError(
        'MODEL_UNSUITABLE',
        `Predictor.load: expected a net of 3 channels with classes, received ${card.architecture} of ${inChannels} channels and ${numClasses} classes; use @resnet/model's ResNet for others`,
      );
    }
    const { tensors } = readSafetensors(weights);
    return new Predictor(card, ResNet.fromStateDict(card.config, tensors));
  }

  /** The `topK` most probable classes of a picture, most probable first. */
  predict(picture: Raster, options?: PredictOptions): Promise<Prediction[]>;
  /** The same for each of several pictures, in their order. */
  predict(pictures: readonly Raster[], options?: PredictOptions): Promise<Prediction[][]>;
  /**
   * @throws ImageError for a picture that is malformed
   * @throws PredictorError INPUT_INVALID for an option out of range; DISPOSED
   */
  async predict(
    pictures: Raster | readonly Raster[],
    { topK = 5, batchSize = 32 }: PredictOptions = {},
  ): Promise<Prediction[] | Prediction[][]> {
    checkCount('topK', topK);
    checkCount('batchSize', batchSize);
    const list = isList(pictures) ? pictures : [pictures];
    const results: Prediction[][] = [];
    for (let start = 0; start < list.length; start += batchSize) {
      const images = list
        .slice(start, start + batchSize)
        .map((picture) => this.preprocess(picture));
      for (const probabilities of await this.probabilities(images)) {
        results.push(topPredictions(probabilities, this.card.labelNames, topK));
      }
    }
    return isList(pictures) ? results : results[0]!;
  }

  /** A picture as the net takes it: height * width * 3 normalised floats, HWC. */
  preprocess(picture: Raster): Float32Array {
    return this.#transform(picture);
  }

  /**
   * The probability of every class for images that {@link preprocess} has made, all in one batch.
   *
   * @throws PredictorError INPUT_INVALID where an image is not of the net's size; DISPOSED
   */
  async probabilities(images: readonly Float32Array[]): Promise<number[][]> {
    if (this.#isDisposed) {
      throw new PredictorError('DISPOSED', 'Predictor: it has been disposed; load the model again');
    }
    if (images.length === 0) return [];
    const [channels, height, width] = this.card.pretrainedCfg.inputSize;
    const size = height * width * channels;
    const batch = new Float32Array(images.length * size);
    images.forEach((image, i) => {
      if (image.length !== size) {
        throw new PredictorError(
          'INPUT_INVALID',
          `Predictor.probabilities: an image is ${height} x ${width} x ${channels} = ${size} floats, received ${image.length} at index ${i}`,
        );
      }
      batch.set(image, i * size);
    });
    const logits = tf.tidy(() =>
      this.#model.forward(tf.tensor4d(batch, [images.length, height, width, channels])),
    );
    const values = await logits.data();
    logits.dispose();
    const classes = this.card.config.numClasses;
    return images.map((_, i) => softmax(values.subarray(i * classes, (i + 1) * classes)));
  }

  /** Frees the weights. Doing it again does nothing. */
  dispose(): void {
    this.#isDisposed = true;
    this.#model.dispose();
  }
}

function isList(pictures: Raster | readonly Raster[]): pictures is readonly Raster[] {
  return Array.isArray(pictures);
}

function rgb([r, g, b]: readonly number[]): [number, number, number] {
  return [r!, g!, b!];
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new PredictorError(
      'INPUT_INVALID',
      `Predictor.predict: ${name} is an integer of 1 or more, received ${value}`,
    );
  }
}
