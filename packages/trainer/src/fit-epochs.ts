import * as tf from '@tensorflow/tfjs-core';

import type { Batch, DataSource } from './data.ts';
import { TrainingError } from './errors.ts';
import type { TrainOptions } from './options.ts';
import { train } from './train.ts';

/** Of each kind: on images that are being decoded, and on the same again, which then are in memory. */
const steps = 20;
/** Where steps are long, fewer are timed: of the minutes no more than this fraction is spent on it. */
const timingFraction = 0.05;
const fewestSteps = 3;
/** Of the steps of a kind: the first set up what later ones find ready. */
const warmupFraction = 0.4;
/**
 * What a batch of validation costs of a training step. Its operations are a third; with ResNet-18 at 64
 * pixels it was half, in all.
 */
const forwardFraction = 1 / 2;
/**
 * Of weights and what the optimiser remembers, written after each epoch: ResNet-18's 180 MB with AdamW
 * took 0.8 s.
 */
const savedBytesPerSecond = 200e6;
/** For what the estimate leaves out: charts, a machine that is not always as free. */
const reserve = 0.05;

/**
 * What {@link fitEpochs} times: the options of the training to come. The model is trained for a few
 * steps and of no use afterwards; it stays the caller's.
 */
export interface FitEpochsOptions extends Omit<TrainOptions, 'epochs' | 'resume'> {
  /** What the epochs may take in all. */
  readonly minutes: number;
  readonly trainData: DataSource & {
    /** The fraction of the images that no epoch after the first decodes again. Default 0. */
    readonly cachedFraction?: number;
  };
}

/** How long epochs take, and how many fit. */
export interface EpochEstimate {
  /** How many fit, at least 1. */
  readonly epochs: number;
  /** Of the first, which decodes all images. */
  readonly secondsOfFirst: number;
  readonly secondsPerEpoch: number;
}

/**
 * Times a few steps of training (at most 5 % of the minutes), and estimates how many epochs fit.
 * Includes the validation and the checkpoint after each epoch.
 *
 * @throws {TrainingError} aborted when the signal stops it
 */
export async function fitEpochs(options: FitEpochsOptions): Promise<EpochEstimate> {
  const { minutes, ...training } = options;
  const { trainData, valData } = training;
  const began = tf.util.now();
  const elapsed = (): number => (tf.util.now() - began) / 60_000;
  const seconds: number[] = [];
  const events = train({
    ...training,
    trainData: twice(trainData, steps),
    valData: undefined,
    epochs: 1,
    logEvery: 1,
  });
  for await (const event of events) {
    if (event.type === 'stopped') {
      throw new TrainingError('ABORTED', 'fitEpochs: stopped by the signal');
    }
    if (event.type !== 'step') continue;
    seconds.push((event.stepMs + event.dataWaitMs) / 1000);
    if (seconds.length >= fewestSteps && elapsed() > timingFraction * minutes) break;
  }
  const decoding = typical(seconds.slice(0, steps));
  const ready = typical(seconds.slice(steps)) ?? decoding;
  const valSteps = (valData?.batchesPerEpoch ?? 0) * forwardFraction;
  const saving = savedBytes(options) / savedBytesPerSecond;
  const secondsOf = (step = Infinity): number =>
    step * (trainData.batchesPerEpoch + valSteps) + saving;
  const [first, other] = [secondsOf(decoding), secondsOf(ready)];
  const kept = trainData.cachedFraction ?? 0;
  const secondsPerEpoch = first - kept * (first - other);
  return {
    epochs: epochsWithin(minutes - elapsed(), secondsPerEpoch, first),
    secondsOfFirst: first,
    secondsPerEpoch,
  };
}

/** The checkpoint, and the model where the epoch is the best so far. */
function savedBytes({ model, optimizer, ema }: FitEpochsOptions): number {
  let parameters = 0;
  for (const { size } of model.parameters().values()) parameters += size;
  const copies = 2 + optimizer.stateNames.length;
  return 4 * parameters * (ema === undefined ? copies : copies + 1);
}

/** The median without the first steps. */
function typical(seconds: readonly number[]): number | undefined {
  const timed = seconds.slice(Math.floor(warmupFraction * seconds.length)).sort((a, b) => a - b);
  return timed[Math.floor(timed.length / 2)];
}

/** @internal */
export function epochsWithin(minutes: number, secondsPerEpoch: number, first: number): number {
  if (!Number.isFinite(secondsPerEpoch)) return 1; // nothing could be timed
  const seconds = minutes * 60 * (1 - reserve);
  return Math.max(1, 1 + Math.floor((seconds - first) / secondsPerEpoch));
}

/**
 * The first `count` batches of a source, from its first epochs where one has not as many, and the same
 * again.
 */
function twice(source: DataSource, count: number): DataSource {
  return {
    size: Math.ceil(source.size / source.batchesPerEpoch) * 2 * count,
    batchesPerEpoch: 2 * count,
    imageShape: source.imageShape,
    async *batches() {
      yield* firstBatches(source, count);
      yield* firstBatches(source, count);
    },
  };
}

async function* firstBatches(source: DataSource, count: number): AsyncGenerator<Batch, void> {
  for (let epoch = 0, given = 0; ; epoch++) {
    const before = given;
    for await (const batch of source.batches(epoch)) {
      yield batch;
      if (++given === count) return;
    }
    if (given === before) return; // no image can be read: the training will say so
  }
}
