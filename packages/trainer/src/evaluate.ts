import * as tf from '@tensorflow/tfjs-core';

import { checkBatch, type DataSource } from './data.ts';
import { TrainingError } from './errors.ts';
import { yieldToEventLoop } from './event-loop.ts';
import {
  argMax,
  classMetrics,
  type ClassMetrics,
  type ConfusionMatrix,
  rankOf,
  softmaxAt,
} from './metrics.ts';
import type { TrainableModel } from './model.ts';

/** What is asked of an AbortSignal. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** What {@link evaluate} measures, and on what. */
export interface EvaluateOptions {
  readonly model: Pick<TrainableModel, 'forward'>;
  /** Its epoch 0 is evaluated. */
  readonly data: DataSource;
  /** The names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
  readonly signal?: StopSignal | undefined;
  /** Called after each batch with the images done so far. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What the model made of one image. */
export interface ImagePrediction {
  /** The true class. */
  readonly label: number;
  readonly predicted: number;
  /** Of the predicted class. */
  readonly probability: number;
  /** -log of the true class's probability. */
  readonly loss: number;
}

/** What {@link evaluate} has measured; accuracies are fractions, 0 to 1. */
export interface Evaluation {
  /** The mean cross entropy, without label smoothing. */
  readonly loss: number;
  /** The fraction of images whose likeliest class is the true one. */
  readonly top1: number;
  /** The fraction whose true class is among the five likeliest; absent with 5 classes or fewer. */
  readonly top5?: number;
  readonly confusion: ConfusionMatrix;
  readonly perClass: readonly ClassMetrics[];
  /** In the order of the data. */
  readonly predictions: readonly ImagePrediction[];
}

/**
 * Runs the model, in inference mode, over all of `data`.
 *
 * @throws TrainingError `BATCH_INVALID` where the data do not fit, `DATA_ENDED` where there are none,
 *   `ABORTED` where the signal asked to stop,
 *   `NOT_FINITE` where a loss is NaN or infinite
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { model, data, classes, signal, onProgress } = options;
  const k = classes.length;
  const confusion = classes.map(() => classes.map(() => 0));
  const predictions: ImagePrediction[] = [];
  let loss = 0;
  let top1 = 0;
  let top5 = 0;
  for await (const batch of data.batches(0)) {
    if (signal?.aborted === true) {
      throw new TrainingError('ABORTED', 'evaluate: stopped by the signal');
    }
    checkBatch(batch, data.imageShape, k);
    const logits = tf.tidy(() =>
      model.forward(tf.tensor4d(batch.images, [batch.size, ...data.imageShape]), {
        training: false,
      }),
    );
    const values = await readLogits(logits, k);
    for (const [i, label] of batch.labels.entries()) {
      const predicted = argMax(values, i * k, k);
      const rank = rankOf(values, i * k, k, label);
      const { logProbability } = softmaxAt(values, i * k, k);
      const own = -logProbability(label);
      if (!Number.isFinite(own)) {
        throw new TrainingError(
          'NOT_FINITE',
          `evaluate: the loss of image ${predictions.length} is ${own}`,
          { hint: 'The weights, or this image, hold NaN or infinity.' },
        );
      }
      loss += own;
      if (rank === 0) top1++;
      if (rank < 5) top5++;
      confusion[label]![predicted]!++;
      const probability = Math.exp(logProbability(predicted));
      predictions.push({ label, predicted, probability, loss: own });
    }
    onProgress?.(predictions.length, data.size);
    await yieldToEventLoop();
  }
  const n = predictions.length;
  if (n === 0) throw new TrainingError('DATA_ENDED', 'evaluate: the data hold no images');
  return {
    loss: loss / n,
    top1: top1 / n,
    ...(k > 5 && { top5: top5 / n }),
    confusion,
    perClass: classMetrics(confusion, classes),
    predictions,
  };
}

async function readLogits(logits: tf.Tensor2D, classes: number): Promise<ArrayLike<number>> {
  try {
    checkLogits(logits, classes);
    return await logits.data();
  } finally {
    logits.dispose();
  }
}

/** Throws where a model's logits are not one a class. */
export function checkLogits(logits: tf.Tensor2D, classes: number): void {
  if (logits.shape[1] === classes) return;
  throw new TrainingError(
    'OPTION_INVALID',
    `the model gives ${logits.shape[1]} logits an image, but ${classes} classes are named`,
    { hint: 'Give the model a classifier for these classes (resetClassifier).' },
  );
}
