import * as tf from '@tensorflow/tfjs-core';

import type { Batch, DataSource } from '../data.ts';
import { TrainingError } from '../errors.ts';

/** Batches for one update, and how long they were waited for. */
export interface Group {
  readonly batches: readonly Batch[];
  readonly waitMs: number;
}

/** The batches of an epoch from `start` on, `accumulate` at a time (the last group may be short). */
export async function* groups(
  data: DataSource,
  epoch: number,
  start: number,
  accumulate: number,
): AsyncGenerator<Group, void, undefined> {
  const iterator = data.batches(epoch, start)[Symbol.asyncIterator]();
  let count = start;
  try {
    for (let ended = false; !ended;) {
      const batches: Batch[] = [];
      const begun = tf.util.now();
      while (batches.length < accumulate && !ended) {
        const next = await iterator.next();
        if (next.done === true) ended = true;
        else batches.push(next.value);
      }
      count += batches.length;
      if (count > data.batchesPerEpoch) {
        throw new TrainingError(
          'BATCH_INVALID',
          `train: the data give more than the ${data.batchesPerEpoch} batches an epoch they announced`,
        );
      }
      if (batches.length > 0) yield { batches, waitMs: tf.util.now() - begun };
    }
    if (count === 0) {
      throw new TrainingError('DATA_ENDED', `train: the data gave no batch in epoch ${epoch + 1}`);
    }
  } finally {
    await iterator.return?.();
  }
}
