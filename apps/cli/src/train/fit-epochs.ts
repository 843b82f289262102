import { type DataSource, train, type TrainableModel } from '@resnet/trainer';

import type { TrainSettings } from './settings.ts';
import { trainerOptions } from './trainer-options.ts';

const steps = 20;
/** Where steps are long, fewer are timed: of the minutes no more than this share is spent on it. */
const timingShare = 0.05;
const fewestSteps = 3;
/** Of the steps: the first set up what later ones find ready. */
const warmupShare = 0.4;
/** A forward pass costs about a third of a training step: the backward pass is two of its size. */
const forwardShare = 1 / 3;
/** For what the estimate leaves out: checkpoints, charts, a machine that is not always as free. */
const reserve = 0.05;

export interface FitEpochsOptions {
  /** What the epochs may take in all. */
  readonly minutes: number;
  readonly settings: TrainSettings;
  /** Is trained for a few steps: of no use afterwards. Stays the caller's. */
  readonly model: TrainableModel;
  readonly classes: readonly string[];
  readonly trainData: DataSource;
  readonly valData: DataSource | undefined;
  readonly signal: AbortSignal;
}

export interface EpochEstimate {
  /** How many fit, at least 1. */
  readonly epochs: number;
  readonly secondsPerEpoch: number;
}

/** Times a few steps of training, and tells how many epochs the minutes are enough for. */
export async function fitEpochs(options: FitEpochsOptions): Promise<EpochEstimate> {
  const { minutes, settings, trainData, valData, signal } = options;
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 60_000;
  const seconds: number[] = [];
  const events = train({
    model: options.model,
    classes: options.classes,
    trainData: repeated(trainData, steps),
    epochs: 1,
    ...trainerOptions(settings),
    logEvery: 1,
    signal,
  });
  for await (const event of events) {
    if (event.type === 'stopped') signal.throwIfAborted();
    if (event.type !== 'step') continue;
    seconds.push((event.stepMs + event.dataWaitMs) / 1000);
    if (seconds.length >= fewestSteps && elapsed() > timingShare * minutes) break;
  }
  const timed = seconds.slice(Math.floor(warmupShare * seconds.length)).sort((a, b) => a - b);
  const step = timed[Math.floor(timed.length / 2)] ?? Infinity;
  const valSteps = (valData?.batchesPerEpoch ?? 0) * forwardShare;
  const secondsPerEpoch = step * (trainData.batchesPerEpoch + valSteps);
  return { epochs: epochsWithin(minutes - elapsed(), secondsPerEpoch), secondsPerEpoch };
}

/** @internal */
export function epochsWithin(minutes: number, secondsPerEpoch: number): number {
  return Math.max(1, Math.floor((minutes * 60 * (1 - reserve)) / secondsPerEpoch));
}

/** The first `count` batches of a source, from its first epochs where one has not as many. */
function repeated(source: DataSource, count: number): DataSource {
  return {
    size: Math.ceil(source.size / source.batchesPerEpoch) * count,
    batchesPerEpoch: count,
    imageShape: source.imageShape,
    async *batches() {
      for (let epoch = 0, given = 0; ; epoch++) {
        const before = given;
        for await (const batch of source.batches(epoch)) {
          yield batch;
          if (++given === count) return;
        }
        if (given === before) return; // no picture can be read: the training will say so
      }
    },
  };
}
