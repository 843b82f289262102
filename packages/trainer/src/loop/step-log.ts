import type * as tf from '@tensorflow/tfjs-core';

import { TrainingError } from '../errors.ts';
import type { EpochSums } from '../history.ts';
import { argMax } from '../metrics.ts';

/** The outcome of a batch, still on the device. */
export interface PendingBatch {
  /** The optimiser step it was part of, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly labels: Int32Array;
  readonly losses: tf.Tensor;
  readonly logits: tf.Tensor;
}

/** Losses and logits of the steps since the last reading: the device need not wait for each. */
export class StepLog {
  #pending: PendingBatch[] = [];

  /** Takes the ownership of the tensors. */
  add(batch: PendingBatch): void {
    this.#pending.push(batch);
  }

  /**
   * Reads what is pending and adds it to `sums`, image by image, so that it makes no difference to
   * the sums how often it is read.
   *
   * @throws TrainingError `NOT_FINITE` at the first step whose loss is NaN or infinite
   */
  async read(sums: EpochSums): Promise<EpochSums> {
    let { loss, correct, images } = sums;
    // What is not yet read stays pending: an error on the way leaves it to dispose().
    const values = await Promise.all(
      this.#pending.map(async (batch) => ({
        ...batch,
        losses: await batch.losses.data(),
        logits: await batch.logits.data(),
      })),
    );
    this.dispose();
    for (const { step, learningRate, labels, losses, logits } of values) {
      const classes = logits.length / labels.length;
      for (const [i, label] of labels.entries()) {
        if (!Number.isFinite(losses[i])) throw notFinite('loss', losses[i]!, step, learningRate);
        loss += losses[i]!;
        if (argMax(logits, i * classes, classes) === label) correct++;
        images++;
      }
    }
    return { ...sums, loss, correct, images };
  }

  dispose(): void {
    for (const { losses, logits } of this.#pending) {
      losses.dispose();
      logits.dispose();
    }
    this.#pending = [];
  }
}

export function notFinite(
  what: string,
  value: number,
  step: number,
  learningRate: number,
): TrainingError {
  return new TrainingError(
    'NOT_FINITE',
    `train: the ${what} is ${value} at step ${step} (learning rate ${learningRate})`,
    {
      step,
      learningRate,
      hint:
        'Lower the learning rate, warm it up, or clip the gradients (clipNorm); the last ' +
        'checkpoint event came before this and can be resumed.',
    },
  );
}
