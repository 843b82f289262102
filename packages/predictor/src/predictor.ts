import { evalTransform, evalTransformOf, type EvalFunction, type Raster } from '@resnet/image';
import {
  classifierPrefix,
  foldBatchNorm,
  readSafetensors,
  ResNet,
  type InferenceNet,
  type ModelCard,
  type ResNetConfig,
  type StateDict,
} from '@resnet/model';
import * as tf from '@tensorflow/tfjs-core';

import { activationMap, hasActivationMaps, type ActivationMap } from './activation-map.ts';
import { inspectModel, type ModelLimits } from './check-model.ts';
import { checkWeights } from './check-weights.ts';
import { PredictorError } from './errors.ts';
import { softmax, topPredictions, type Prediction } from './probabilities.ts';

/** The two files of a model folder. */
export interface ModelFiles {
  /** `config.json`: its text, or what JSON makes of it. */
  readonly config: string | object;
  /** The bytes of `model.safetensors`. */
  readonly weights: Uint8Array;
}

/** What `Predictor.load` refuses. */
export interface LoadOptions {
  /** Refuses larger models, see `inspectModel`; none unless given. */
  readonly limits?: ModelLimits;
}

/** How many classes `Predictor.predict` gives, and how many images run together. */
export interface PredictOptions {
  /** How many classes to give, most probable first; 5 unless given, never more than there are. */
  readonly topK?: number;
  /** How many images run together; 32 unless given. More is faster and takes more memory. */
  readonly batchSize?: number;
}

/** One image's probabilities, and where the evidence for one class was. */
export interface Explanation {
  /** Of every class, by index. */
  readonly probabilities: readonly number[];
  readonly map: ActivationMap;
}

const unlimited: ModelLimits = {
  inputSize: Number.POSITIVE_INFINITY,
  parameters: Number.POSITIVE_INFINITY,
  multiplyAdds: Number.POSITIVE_INFINITY,
  activations: Number.POSITIVE_INFINITY,
  classes: Number.POSITIVE_INFINITY,
  blocks: Number.POSITIVE_INFINITY,
};

/**
 * A model folder that answers for images: its net, its classes and its own preprocessing. It
 * runs on the backend that was active when it was loaded, and holds its weights there until
 * {@link dispose}.
 */
export class Predictor {
  /** What the folder's `config.json` says. */
  readonly card: ModelCard;
  readonly #net: InferenceNet;
  readonly #transform: EvalFunction;
  /** The classifier's weights [classes, channels], where maps are made of them. */
  readonly #classifier: Float32Array | undefined;
  #isDisposed = false;

  private constructor(card: ModelCard, net: InferenceNet, classifier: Float32Array | undefined) {
    this.card = card;
    this.#net = net;
    this.#classifier = classifier;
    this.#transform = evalTransform(evalTransformOf(card.pretrainedCfg));
  }

  /**
   * Loads a model folder as `@resnet/trainer` and timm write it.
   *
   * @throws ModelError where a file is malformed, or the weights are not those of the architecture
   * @throws PredictorError MODEL_UNSUITABLE where the net has no classes, or takes no RGB images;
   *   MODEL_TOO_LARGE; WEIGHTS_NOT_FINITE
   */
  // oxlint-disable-next-line typescript/require-await -- some backends will upload asynchronously
  static async load(
    { config, weights }: ModelFiles,
    { limits = unlimited }: LoadOptions = {},
  ): Promise<Predictor> {
    const { card } = inspectModel(config, limits);
    const { tensors } = readSafetensors(weights);
    checkWeights(tensors);
    const net = folded(card.config, tensors);
    if (!hasActivationMaps(card.config)) return new Predictor(card, net, undefined);
    const weight = tensors.get(`${classifierPrefix(card.config)}.weight`);
    // A copy: the file's other bytes need not stay for it.
    const classifier = weight?.dtype === 'float32' ? new Float32Array(weight.data) : undefined;
    return new Predictor(card, net, classifier);
  }

  /** The `topK` most probable classes of an image, most probable first. */
  predict(image: Raster, options?: PredictOptions): Promise<Prediction[]>;
  /** The same for each of several images, in their order. */
  predict(images: readonly Raster[], options?: PredictOptions): Promise<Prediction[][]>;
  /**
   * @throws ImageError for an image that is malformed
   * @throws PredictorError INPUT_INVALID for an option out of range; DISPOSED
   */
  async predict(
    images: Raster | readonly Raster[],
    { topK = 5, batchSize = 32 }: PredictOptions = {},
  ): Promise<Prediction[] | Prediction[][]> {
    checkCount('topK', topK);
    checkCount('batchSize', batchSize);
    const list = isList(images) ? images : [images];
    const results: Prediction[][] = [];
    for (let start = 0; start < list.length; start += batchSize) {
      const images = list.slice(start, start + batchSize).map((image) => this.preprocess(image));
      for (const probabilities of await this.probabilities(images)) {
        results.push(topPredictions(probabilities, this.card.labelNames, topK));
      }
    }
    return isList(images) ? results : results[0]!;
  }

  /**
   * An image as the net takes it: height * width * 3 normalised floats, HWC; written into `out`
   * where given.
   *
   * @throws ImageError for an image that is malformed, or an `out` of another length
   */
  preprocess(image: Raster, out?: Float32Array): Float32Array {
    return this.#transform(image, out);
  }

  /**
   * The probability of every class for images that {@link preprocess} has made, all in one batch.
   *
   * @throws PredictorError INPUT_INVALID where an image is not of the net's size; DISPOSED
   */
  async probabilities(images: readonly Float32Array[]): Promise<number[][]> {
    this.#checkAlive();
    if (images.length === 0) return [];
    const logits = tf.tidy(() => this.#net.forward(this.#batch('probabilities', images)));
    const values = await take(logits);
    const classes = this.card.config.numClasses;
    return images.map((_, i) => softmax(values.subarray(i * classes, (i + 1) * classes)));
  }

  /**
   * The probabilities of one image that {@link preprocess} has made, and the activation map of a
   * class, the most probable one unless given; in one pass.
   *
   * @throws PredictorError MAP_UNSUPPORTED where the net does not end in an average pool and a
   *   linear classifier; INPUT_INVALID for a class that is none, or an image of another size; DISPOSED
   */
  async explain(
    image: Float32Array,
    { classIndex }: { readonly classIndex?: number } = {},
  ): Promise<Explanation> {
    this.#checkAlive();
    const { globalPool, numClasses } = this.card.config;
    if (this.#classifier === undefined) {
      throw new PredictorError(
        'MAP_UNSUPPORTED',
        `Predictor.explain: expected a net with an average pool before its classifier, received one with globalPool ${globalPool}; its logits are no sum over places`,
      );
    }
    if (
      classIndex !== undefined &&
      !(Number.isInteger(classIndex) && classIndex >= 0 && classIndex < numClasses)
    ) {
      throw new PredictorError(
        'INPUT_INVALID',
        `Predictor.explain: a class is an integer from 0 to ${numClasses - 1}, received ${classIndex}`,
      );
    }
    const [features, logits] = tf.tidy(() => {
      const map = this.#net.forwardFeatures(this.#batch('explain', [image]));
      return [map, this.#net.forwardHead(map)] as const;
    });
    const [, height, width, channels] = features.shape;
    const [values, output] = await Promise.all([take(features), take(logits)]);
    const probabilities = softmax(output);
    const shown = classIndex ?? largest(probabilities);
    const map = activationMap(values, [height, width, channels], this.#classifier, shown);
    return { probabilities, map };
  }

  /** Frees the weights. Doing it again does nothing. */
  dispose(): void {
    this.#isDisposed = true;
    this.#net.dispose();
  }

  #checkAlive(): void {
    if (!this.#isDisposed) return;
    throw new PredictorError('DISPOSED', 'Predictor: it has been disposed; load the model again');
  }

  /** [N, height, width, 3] of images; the caller owns it. */
  #batch(operation: string, images: readonly Float32Array[]): tf.Tensor4D {
    const [channels, height, width] = this.card.pretrainedCfg.inputSize;
    const size = height * width * channels;
    images.forEach((image, i) => {
      if (image.length !== size) {
        throw new PredictorError(
          'INPUT_INVALID',
          `Predictor.${operation}: an image is ${height} x ${width} x ${channels} = ${size} floats, received ${image.length} at index ${i}`,
        );
      }
    });
    const shape: [number, number, number, number] = [images.length, height, width, channels];
    // One image is read where it lies: of a camera there are many a second.
    if (images.length === 1) return tf.tensor4d(images[0]!, shape);
    const batch = new Float32Array(images.length * size);
    for (const [i, image] of images.entries()) batch.set(image, i * size);
    return tf.tensor4d(batch, shape);
  }
}

function folded(config: ResNetConfig, state: StateDict): InferenceNet {
  const model = ResNet.fromStateDict(config, state);
  try {
    return foldBatchNorm(model);
  } finally {
    model.dispose();
  }
}

/** What a tensor holds. It is freed, also where the backend fails to hand it over. */
async function take(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return await tensor.data<'float32'>();
  } finally {
    tensor.dispose();
  }
}

/** Index of the largest, of equals the first. */
function largest(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

function isList(images: Raster | readonly Raster[]): images is readonly Raster[] {
  return Array.isArray(images);
}

function checkCount(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new PredictorError(
      'INPUT_INVALID',
      `Predictor.predict: ${name} is an integer of 1 or more, received ${value}`,
    );
  }
}
