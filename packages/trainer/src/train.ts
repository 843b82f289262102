import * as tf from '@tensorflow/tfjs-core';

import { withAverages } from './ema.ts';
import { TrainingError } from './errors.ts';
import { evaluate, type Evaluation } from './evaluate.ts';
import { yieldToEventLoop } from './event-loop.ts';
import type { StepEvent, TrainEvent } from './events.ts';
import { betterThan, type EpochSums, type HistoryRow, noSums } from './history.ts';
import { groups } from './loop/batches.ts';
import { Run } from './loop/run.ts';
import type { TrainOptions } from './options.ts';

type Events = AsyncGenerator<TrainEvent, void, undefined>;

/**
 * Trains a model, one event after the other: `for await (const event of train({ ... }))`.
 *
 * The first is `start`; then `step` events, and after each epoch `epoch`, `best` where it is the
 * best so far, and `checkpoint`; the last is `done`, or `stopped` after `signal` asked for it.
 * Nothing runs while the consumer handles an event; leaving the loop ends the training and frees
 * everything but the model, which holds the weights of the last step (not the averaged ones).
 *
 * Between steps it yields to the event loop. A training resumed from a checkpoint goes on to the
 * same bits as one that never stopped, on the same backend and with the same data.
 *
 * @throws TrainingError (while iterating) `OPTION_INVALID` before anything runs, `CHECKPOINT_MISMATCH`
 *   or `CHECKPOINT_INVALID` where `resume` does not fit, `BATCH_INVALID` or `DATA_ENDED` where the data do
 *   not, `NOT_FINITE` where the loss or the weights become NaN or infinite
 */
export async function* train(options: TrainOptions): Events {
  const run = new Run(options);
  try {
    yield startEvent(run);
    yield* epochs(run);
  } finally {
    run.dispose();
  }
}

function startEvent(run: Run): TrainEvent {
  const { valData, trainData, epochs, resume } = run.options;
  let trainableParameters = 0;
  for (const variable of run.trained.values()) trainableParameters += variable.size;
  return {
    type: 'start',
    epochs,
    stepsPerEpoch: run.stepsPerEpoch,
    trainImages: trainData.size,
    ...(valData && { valImages: valData.size }),
    trainableParameters,
    ...(resume && {
      resumed: { epoch: run.epochsDone + 1, step: run.stepsDone + 1, changed: run.changed },
    }),
  };
}

async function* epochs(run: Run): Events {
  const { signal, epochs, checkpointEvery } = run.options;
  const everyEpochs = checkpointEvery?.epochs ?? 1;
  let saved: string | undefined;
  const place = (): string => `${run.epochsDone}/${run.batchesDone}`;
  while (run.epochsDone < epochs && !stalled(run)) {
    if (!isAborted(signal)) yield* steps(run);
    const finished = isAborted(signal) ? undefined : await endEpoch(run);
    if (finished === undefined) {
      if (saved !== place()) yield await checkpointEvent(run, 'stop');
      yield { type: 'stopped', epoch: run.epochsDone + 1, step: run.stepsDone };
      return;
    }
    yield* finished;
    const last = run.epochsDone === epochs || stalled(run);
    if (last || run.epochsDone % everyEpochs === 0) {
      yield await checkpointEvent(run, 'epoch');
      saved = place();
    }
  }
  yield {
    type: 'done',
    reason: run.epochsDone < epochs ? 'earlyStopping' : 'finished',
    ...(run.best && { best: run.best }),
    history: [...run.history],
  };
}

function isAborted(signal: TrainOptions['signal']): boolean {
  return signal?.aborted === true;
}

/** Whether early stopping is due: a function of history alone, so resuming needs no more. */
function stalled({ options: { earlyStopping }, epochsDone, best }: Run): boolean {
  return (
    earlyStopping !== undefined &&
    best !== undefined &&
    epochsDone - best.epoch >= earlyStopping.patience
  );
}

/** The steps of an epoch that are left, until they or the signal end it. */
async function* steps(run: Run): Events {
  const { trainData, accumulate = 1, logEvery = 1, checkpointEvery, signal } = run.options;
  // Resumed where only the validation is missing.
  if (run.batchesDone >= trainData.batchesPerEpoch) return;
  let unread = 0;
  let before = run.sums;
  for await (const group of groups(trainData, run.epochsDone, run.batchesDone, accumulate)) {
    // Asked to stop while waiting for data: this group has not been begun.
    if (isAborted(signal)) break;
    const begun = tf.util.now();
    await run.train(group.batches);
    unread++;
    const saving = run.step % (checkpointEvery?.steps ?? Infinity) === 0;
    const reading = unread >= logEvery || saving || isAborted(signal);
    if (reading) await run.read();
    run.sums = {
      ...run.sums,
      dataWaitMs: run.sums.dataWaitMs + group.waitMs,
      stepMs: run.sums.stepMs + tf.util.now() - begun,
    };
    if (reading) {
      yield stepEvent(run, before, unread);
      before = run.sums;
      unread = 0;
      if (saving) yield await checkpointEvent(run, 'steps');
    }
    await yieldToEventLoop();
    if (isAborted(signal)) break;
  }
  if (unread > 0) {
    const begun = tf.util.now();
    await run.read();
    run.sums = { ...run.sums, stepMs: run.sums.stepMs + tf.util.now() - begun };
    yield stepEvent(run, before, unread);
  }
}

function stepEvent(run: Run, before: EpochSums, count: number): StepEvent {
  const { sums } = run;
  const images = sums.images - before.images;
  const dataWaitMs = sums.dataWaitMs - before.dataWaitMs;
  const stepMs = sums.stepMs - before.stepMs;
  return {
    type: 'step',
    epoch: run.epochsDone + 1,
    step: run.stepsDone,
    stepsPerEpoch: run.stepsPerEpoch,
    steps: count,
    loss: (sums.loss - before.loss) / images,
    top1: (sums.correct - before.correct) / images,
    learningRate: sums.learningRate,
    images,
    imagesPerSecond: perSecond(images, dataWaitMs + stepMs),
    dataWaitMs: dataWaitMs / count,
    stepMs: stepMs / count,
  };
}

/** Validates and moves on to the next epoch; undefined where the signal stopped the validation. */
async function endEpoch(run: Run): Promise<TrainEvent[] | undefined> {
  const { model, valData, classes, signal } = run.options;
  return await withAverages(run.ema, run.variables, async () => {
    let val: Evaluation | undefined;
    try {
      if (valData) val = await evaluate({ model, data: valData, classes, signal });
    } catch (error) {
      if (error instanceof TrainingError && error.code === 'ABORTED') return undefined;
      throw error;
    }
    const { epochsDone, sums } = run;
    const row = historyRow(epochsDone + 1, sums, val);
    const best = betterThan(run.best, row);
    const events: TrainEvent[] = [
      {
        type: 'epoch',
        epoch: row.epoch,
        train: { loss: row.trainLoss, top1: row.trainTop1 },
        ...(val && { val }),
        row,
      },
    ];
    if (best) events.push({ type: 'best', best, state: await model.stateDict() });
    run.epochsDone++;
    run.batchesDone = 0;
    run.sums = noSums;
    run.history.push(row);
    run.best = best ?? run.best;
    return events;
  });
}

function historyRow(epoch: number, sums: EpochSums, val: Evaluation | undefined): HistoryRow {
  const milliseconds = sums.dataWaitMs + sums.stepMs;
  return {
    epoch,
    learningRate: sums.learningRate,
    trainLoss: sums.loss / sums.images,
    trainTop1: sums.correct / sums.images,
    ...(val && { valLoss: val.loss, valTop1: val.top1 }),
    ...(val?.top5 !== undefined && { valTop5: val.top5 }),
    imagesPerSecond: perSecond(sums.images, milliseconds),
    seconds: milliseconds / 1000,
    dataWaitFraction: milliseconds > 0 ? sums.dataWaitMs / milliseconds : 0,
  };
}

function perSecond(images: number, milliseconds: number): number {
  return milliseconds > 0 ? (images / milliseconds) * 1000 : 0;
}

async function checkpointEvent(run: Run, reason: 'epoch' | 'steps' | 'stop'): Promise<TrainEvent> {
  return { type: 'checkpoint', reason, checkpoint: await run.checkpoint() };
}
