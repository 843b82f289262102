// What someone who installed the packages writes first, once through all that run anywhere: the
// same file is run by Node and, bundled, by a browser, and has to give the same numbers.
import { evalTransform, imagenetMean, imagenetStd, type Raster } from '@resnet/image';
import { mean } from '@resnet/kernels';
import {
  createModel,
  formatModelConfig,
  ModelError,
  modelConfig,
  readSafetensors,
  ResNet,
  resnetConfig,
  writeSafetensors,
} from '@resnet/model';
import { writeOnnx } from '@resnet/model/onnx';
import { readTorch } from '@resnet/model/torch';
import { Predictor, type Prediction } from '@resnet/predictor';
import { Random } from '@resnet/random';
import { splitFiles } from '@resnet/split';
import { constant, memoryData, sgd, train } from '@resnet/trainer';
import * as tf from '@tensorflow/tfjs-core';

export interface Session {
  readonly backend: string;
  readonly logits: readonly number[];
  /** Of the same weights after a trip through safetensors. */
  readonly logitsAgain: readonly number[];
  /** A model folder, and what it says of the image. */
  readonly files: { readonly config: object; readonly weights: Uint8Array };
  readonly predictions: readonly Prediction[];
  readonly losses: readonly number[];
  readonly parts: readonly number[];
  readonly onnxBytes: number;
  readonly refused: string;
  readonly tensorsLeft: number;
}

const preprocessing = {
  inputSize: [3, 32, 32],
  mean: imagenetMean,
  std: imagenetStd,
  interpolation: 'bilinear',
  cropPct: 0.875,
} as const;
const labelNames = ['cat', 'dog', 'owl'];

/** Noise, the same everywhere. */
export function makeImage(): Raster {
  const random = new Random(7);
  const data = Uint8Array.from({ length: 50 * 40 * 3 }, () => random.integer(256));
  return { width: 50, height: 40, data };
}

/** On the current backend. */
export async function session(): Promise<Session> {
  const before = tf.memory().numTensors;
  const image = makeImage();

  const model = createModel('resnet20', { numClasses: 3, seed: 1 });
  const pixels = evalTransform({ ...preprocessing, inputSize: [32, 32] })(image);
  const images = tf.tensor4d(pixels, [1, 32, 32, 3]);
  const logits = await read(model.forward(images));

  const weights = writeSafetensors(await model.stateDict());
  const copy = ResNet.fromStateDict(model.config, readSafetensors(weights).tensors);
  const logitsAgain = await read(copy.forward(images));
  const onnx = writeOnnx(model.config, await copy.stateDict());
  copy.dispose();

  const config = formatModelConfig({
    architecture: 'resnet20',
    config: model.config,
    labelNames,
    pretrainedCfg: preprocessing,
  });
  const predictor = await Predictor.load({ config, weights });
  const predictions = await predictor.predict(image);
  predictor.dispose();

  model.dispose();

  const files = labelNames.flatMap((label) =>
    Array.from({ length: 10 }, (_, i) => ({ path: `${label}/${i}.jpg`, label })),
  );
  const { train: trained, val } = splitFiles(files, { seed: 1, val: 0.2 });

  images.dispose();
  const losses = await trainSmall(new Random(8));
  return {
    backend: tf.getBackend(),
    logits,
    logitsAgain,
    files: { config, weights },
    predictions,
    losses,
    parts: [trained.length, val.length],
    onnxBytes: onnx.length,
    refused: refusal(),
    tensorsLeft: tf.memory().numTensors - before,
  };
}

/** Three steps of a net of two blocks: their losses. */
async function trainSmall(random: Random): Promise<readonly number[]> {
  const config = resnetConfig({
    block: 'basic',
    layers: [1, 1],
    channels: [4, 8],
    stem: 'cifar',
    stemWidth: 4,
    numClasses: 3,
  });
  const model = ResNet.init(config, { seed: 2 });
  const events = train({
    model,
    classes: labelNames,
    trainData: memoryData({
      images: Float32Array.from({ length: 6 * 8 * 8 * 3 }, () => random.normal()),
      labels: [0, 1, 2, 0, 1, 2],
      imageShape: [8, 8, 3],
      batchSize: 6,
    }),
    epochs: 3,
    optimizer: sgd({ momentum: 0.9 }),
    schedule: constant(0.05),
  });
  const losses: number[] = [];
  for await (const event of events) if (event.type === 'step') losses.push(event.loss);
  model.dispose();
  return losses;
}

/** A file that is no torch file ends in an error of the package's own class. */
function refusal(): string {
  try {
    readTorch(new Uint8Array(64));
    return 'nothing';
  } catch (error) {
    return error instanceof ModelError ? error.code : String(error);
  }
}

async function read(tensor: tf.Tensor2D): Promise<readonly number[]> {
  const average = mean(tensor); // an operation of @resnet/kernels, called directly
  const values = [...(await tensor.data()), ...(await average.data())];
  tf.dispose([tensor, average]);
  return values;
}

/** Never called: what a compiler has to accept, and to refuse. */
export function typesOnly(): void {
  modelConfig('resnet50').layers satisfies readonly number[];
  // @ts-expect-error -- a model is named, not numbered
  modelConfig(50);
  // @ts-expect-error -- a config is data that nobody changes
  modelConfig('resnet50').numClasses = 4;
}
