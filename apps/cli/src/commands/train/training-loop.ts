import {
  type Checkpoint,
  type ConfusionMatrix,
  type DataSource,
  type HistoryRow,
  type StepEvent,
  train,
  type TrainableModel,
} from '@resnet/trainer';

import type { Reporter } from './reporter.ts';
import type { RunWriter } from './run-writer.ts';
import type { TrainSettings } from './settings.ts';
import { trainerOptions } from './trainer-options.ts';

export interface TrainingLoopOptions {
  readonly settings: TrainSettings;
  readonly model: TrainableModel;
  readonly classes: readonly string[];
  readonly trainData: DataSource;
  readonly valData: DataSource | undefined;
  readonly resume: Checkpoint | undefined;
  readonly signal: AbortSignal;
  readonly writer: RunWriter;
  readonly reporter: Reporter;
}

export interface TrainingResult {
  readonly stopped: boolean;
  readonly best: { readonly epoch: number; readonly top1: number } | undefined;
}

/** Trains to the end or until the signal, writing and reporting what happens. */
export async function trainingLoop(options: TrainingLoopOptions): Promise<TrainingResult> {
  const { settings, writer, reporter, resume } = options;
  const history: HistoryRow[] = [...(resume?.history ?? [])];
  let best: TrainingResult['best'] = resume?.best;
  let confusion: ConfusionMatrix | undefined;
  let pace: Pace | undefined;
  const events = train({
    model: options.model,
    classes: options.classes,
    trainData: options.trainData,
    valData: options.valData,
    epochs: settings.epochs,
    ...(await trainerOptions(settings)),
    // Reading a loss makes the GPU wait for this process, and this process for the GPU.
    logEvery: settings.trainedOn === 'webgpu' ? 10 : 1,
    resume,
    signal: options.signal,
  });
  // Whether an epoch is the best, the event after it says.
  let finished: HistoryRow | undefined;
  const reportEpoch = (isBest: boolean): void => {
    if (finished !== undefined) reporter.epoch({ row: finished, epochs: settings.epochs, isBest });
    finished = undefined;
  };
  for await (const event of events) {
    if (event.type !== 'best') reportEpoch(false);
    if (event.type === 'start') {
      pace = new Pace(event.stepsPerEpoch, settings.epochs);
      const changed = event.resumed?.changed ?? [];
      if (changed.length > 0) {
        reporter.warn(
          `this is not what the run was started with (${changed.join(', ')}): ` +
            'it goes on, but not to the very same result',
        );
      }
    } else if (event.type === 'step') {
      const summary = pace?.step(event);
      if (summary !== undefined) reporter.step(summary);
    } else if (event.type === 'epoch') {
      history.push(event.row);
      confusion = event.val?.confusion;
      await writer.history(history);
      pace?.epochEnds();
      finished = event.row;
    } else if (event.type === 'best') {
      best = event.best;
      reportEpoch(true);
      await writer.best(event.state, confusion, event.best.top1);
    } else if (event.type === 'checkpoint') {
      await writer.checkpoint(event.checkpoint);
      reporter.checkpoint(event.checkpoint);
    } else {
      return { stopped: event.type === 'stopped', best };
    }
  }
  return { stopped: false, best };
}

/** Sums an epoch's steps up, and estimates from the pace so far how long the rest will take. */
class Pace {
  readonly #steps: number;
  readonly #epochs: number;
  #epoch = 0;
  #loss = 0;
  #correct = 0;
  #images = 0;
  #seconds = 0;
  #waited = 0;
  /** Over the whole session. */
  #stepSeconds = 0;
  #stepsDone = 0;
  #validationSeconds = 0;
  #lastStepAt = 0;

  constructor(stepsPerEpoch: number, epochs: number) {
    this.#steps = stepsPerEpoch;
    this.#epochs = epochs;
  }

  step(event: StepEvent): Parameters<Reporter['step']>[0] {
    if (event.epoch !== this.#epoch) {
      this.#epoch = event.epoch;
      this.#loss = this.#correct = this.#images = this.#seconds = this.#waited = 0;
    }
    const waited = (event.steps * event.dataWaitMs) / 1000;
    const seconds = (event.steps * event.stepMs) / 1000 + waited;
    this.#loss += event.loss * event.images;
    this.#correct += event.top1 * event.images;
    this.#images += event.images;
    this.#seconds += seconds;
    this.#waited += waited;
    this.#stepSeconds += seconds;
    this.#stepsDone += event.steps;
    this.#lastStepAt = performance.now();
    const epochsLeft = this.#epochs - event.epoch;
    const stepsLeft = epochsLeft * this.#steps + this.#steps - event.step;
    return {
      epoch: event.epoch,
      epochs: this.#epochs,
      step: event.step,
      steps: this.#steps,
      loss: event.loss,
      epochLoss: this.#loss / this.#images,
      epochTop1: this.#correct / this.#images,
      learningRate: event.learningRate,
      imagesPerSecond: this.#images / this.#seconds,
      dataWaitFraction: this.#waited / this.#seconds,
      secondsLeft:
        stepsLeft * (this.#stepSeconds / this.#stepsDone) +
        (epochsLeft + 1) * this.#validationSeconds,
    };
  }

  /** Between an epoch's last step and its end lies its validation. */
  epochEnds(): void {
    if (this.#lastStepAt > 0) {
      this.#validationSeconds = (performance.now() - this.#lastStepAt) / 1000;
    }
  }
}
