import { type DataSource, train, type TrainableModel } from '@resnet/trainer';

import { fineTuneOptions } from '../weights/fine-tune-settings.ts';
import { optimizerOf, scheduleOf } from './training-loop.ts';
import type { TrainSettings } from './settings.ts';

/** The first steps set up what later ones find ready. */
const warmupSteps = 8;
const timedSteps = 12;
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
  const { minutes, settings, trainData, valData } = options;
  const seconds: number[] = [];
  const events = train({
    model: options.model,
    classes: options.classes,
    trainData: repeated(trainData, warmupSteps + timedSteps),
    epochs: 1,
    optimizer: optimizerOf(settings),
    schedule: scheduleOf(settings),
    labelSmoothing: settings.labelSmoothing,
    ema: settings.ema === false ? undefined : { decay: settings.ema },
    seed: settings.seed,
    logEvery: 1,
    ...fineTuneOptions(settings.fineTune),
    signal: options.signal,
  });
  for await (const event of events) {
    if (event.type === 'step') seconds.push((event.stepMs + event.dataWaitMs) / 1000);
    if (event.type === 'stopped') options.signal.throwIfAborted();
  }
  const timed = seconds.slice(warmupSteps).sort((a, b) => a - b);
  const step = timed[Math.floor(timed.length / 2)] ?? 0;
  const valSteps = (valData?.batchesPerEpoch ?? 0) * forwardShare;
  const secondsPerEpoch = step * (trainData.batchesPerEpoch + valSteps);
  return { epochs: epochsWithin(minutes, secondsPerEpoch), secondsPerEpoch };
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
