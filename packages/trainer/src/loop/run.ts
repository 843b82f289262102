import * as tf from '@tensorflow/tfjs-core';
import { Random } from '@resnet/random';

import type { Checkpoint } from '../checkpoint/checkpoint.ts';
import { compareSettings, type Settings } from '../checkpoint/settings.ts';
import { clipByGlobalNorm } from '../clip.ts';
import { type Batch, checkBatch } from '../data.ts';
import { disposeEma, type Ema, initEma, updateEma, type Variables, withAverages } from '../ema.ts';
import { checkLogits } from '../evaluate.ts';
import { type Best, type EpochSums, type HistoryRow, noSums } from '../history.ts';
import { variablesOf } from '../model.ts';
import {
  applyGradients,
  disposeOptimizer,
  initOptimizer,
  type OptimizerState,
  type ParameterGroup,
} from '../optimizer/apply.ts';
import { parameterGroups } from '../optimizer/groups.ts';
import { checkOptions, type Gradients, type TrainOptions } from '../options.ts';
import { backward } from './backward.ts';
import { firstNotFinite, readOptimizerState, writeOptimizerState } from './host.ts';
import { settingsOf } from './settings.ts';
import { notFinite, StepLog } from './step-log.ts';

/** A training under way: what the generator of `train` steps through. Owns all but the model. */
export class Run {
  readonly options: TrainOptions;
  readonly settings: Settings;
  /** Parameters and buffers of the model. */
  readonly variables: Variables;
  /** Parameters that are not frozen. */
  readonly trained: Variables;
  readonly stepsPerEpoch: number;
  /** Settings that differ from those of the checkpoint. */
  readonly changed: readonly string[];

  epochsDone = 0;
  batchesDone = 0;
  sums: EpochSums = noSums;
  history: HistoryRow[] = [];
  best: Best | undefined;
  ema: Ema | undefined;

  readonly #groups: ReadonlyMap<string, ParameterGroup>;
  readonly #random: Random;
  readonly #log = new StepLog();
  #optimizer: OptimizerState;

  /** @throws TrainingError where options, or the checkpoint to resume from, do not fit */
  constructor(options: TrainOptions) {
    checkOptions(options);
    const { model, optimizer, resume, accumulate = 1 } = options;
    this.options = options;
    this.variables = variablesOf(model);
    this.#groups = parameterGroups(model.parameters(), options);
    this.trained = new Map(
      [...model.parameters()].filter(([path]) => this.#groups.get(path)!.learningRateScale > 0),
    );
    this.stepsPerEpoch = Math.ceil(options.trainData.batchesPerEpoch / accumulate);
    const ema = options.ema && { decay: 0.999, warmup: true, ...options.ema };
    this.settings = settingsOf(options, this.#groups, ema);
    this.changed = resume
      ? compareSettings(resume.settings, this.settings, resume.batchesDone > 0)
      : [];
    checkOutput(options);
    this.#random = new Random(resume?.random ?? options.seed ?? 0);
    this.#optimizer = initOptimizer(optimizer, this.trained);
    try {
      if (resume?.ema) model.loadStateDict(resume.ema, { strict: true });
      if (ema) this.ema = initEma(this.variables, ema);
      if (resume) this.#restore(resume);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  #restore(resume: Checkpoint): void {
    this.options.model.loadStateDict(resume.model, { strict: true });
    writeOptimizerState(this.#optimizer, resume.optimizer, this.options.optimizer);
    this.#optimizer = { step: resume.step, parameters: this.#optimizer.parameters };
    this.epochsDone = resume.epochsDone;
    this.batchesDone = resume.batchesDone;
    this.sums = resume.sums;
    this.history = [...resume.history];
    this.best = resume.best;
  }

  /** Optimiser updates done, over all epochs. */
  get step(): number {
    return this.#optimizer.step;
  }

  /** Optimiser steps done of the epoch under way. */
  get stepsDone(): number {
    return Math.ceil(this.batchesDone / (this.options.accumulate ?? 1));
  }

  /** One update, from the gradients of all of `batches` together. */
  async train(batches: readonly Batch[]): Promise<void> {
    const { schedule, optimizer, clipNorm, reduceGradients } = this.options;
    const rates = schedule.at({
      // By position, not by updates done: an epoch may have come out shorter than announced.
      step: this.epochsDone * this.stepsPerEpoch + this.stepsDone,
      stepsPerEpoch: this.stepsPerEpoch,
      epochs: this.options.epochs,
    });
    let gradients: Gradients = this.#gradients(batches, rates.learningRate);
    const owned = new Set(gradients.values());
    try {
      if (reduceGradients !== undefined) {
        gradients = await reduceGradients(gradients);
        for (const gradient of gradients.values()) owned.add(gradient);
      }
      if (clipNorm !== undefined) {
        gradients = clipByGlobalNorm(gradients, clipNorm);
        for (const gradient of gradients.values()) owned.add(gradient);
      }
      this.#optimizer = applyGradients(
        optimizer,
        this.trained,
        gradients,
        this.#optimizer,
        this.#groups,
        rates,
      );
    } finally {
      tf.dispose([...owned]);
    }
    if (this.ema) updateEma(this.ema, this.variables, this.step);
    this.batchesDone += batches.length;
    this.sums = { ...this.sums, learningRate: rates.learningRate };
  }

  /** The gradients of the mean loss over all images of `batches`; running statistics follow. */
  #gradients(batches: readonly Batch[], learningRate: number): Map<string, tf.Tensor> {
    const { model, trainData, classes, labelSmoothing = 0, freezeBatchNorm = [] } = this.options;
    const { statisticsMomentum: momentum = 0.1, gradientCheckpointing = false } = this.options;
    for (const batch of batches) checkBatch(batch, trainData.imageShape, classes.length);
    const images = batches.reduce((sum, { size }) => sum + size, 0);
    const random = this.#random.fork(this.step);
    let sum: Map<string, tf.Tensor> | undefined;
    try {
      for (const [i, batch] of batches.entries()) {
        const { gradients, statistics, losses, logits } = backward(model, this.trained, batch, {
          imageShape: trainData.imageShape,
          classes: classes.length,
          labelSmoothing,
          freezeBatchNorm,
          gradientCheckpointing,
          random: random.fork(i),
          weight: 1 / images,
        });
        sum = sum === undefined ? gradients : addInto(sum, gradients);
        this.#log.add({ step: this.step + 1, learningRate, labels: batch.labels, losses, logits });
        model.updateRunningStatistics(statistics, { momentum });
        for (const { mean, variance } of statistics.values()) tf.dispose([mean, variance]);
      }
    } catch (error) {
      if (sum !== undefined) tf.dispose([...sum.values()]);
      throw error;
    }
    return sum!;
  }

  /** Reads the losses of the steps since the last call into the sums: waits for the device. */
  async read(): Promise<void> {
    this.sums = await this.#log.read(this.sums);
  }

  /** Everything up to here, on the host. Call {@link read} before. */
  async checkpoint(): Promise<Checkpoint> {
    const { model } = this.options;
    const state = await model.stateDict();
    const bad = firstNotFinite(state);
    if (bad !== undefined) {
      throw notFinite(`parameter or buffer ${bad}`, NaN, this.step, this.sums.learningRate);
    }
    const optimizer = await readOptimizerState(this.#optimizer);
    return {
      version: 1,
      epochsDone: this.epochsDone,
      batchesDone: this.batchesDone,
      step: this.step,
      sums: this.sums,
      history: [...this.history],
      ...(this.best && { best: this.best }),
      random: this.#random.state(),
      settings: this.settings,
      model: state,
      optimizer,
      ...(this.ema && {
        ema: await withAverages(this.ema, this.variables, () => model.stateDict()),
      }),
    };
  }

  dispose(): void {
    this.#log.dispose();
    disposeOptimizer(this.#optimizer);
    if (this.ema) disposeEma(this.ema);
  }
}

/** One image of zeros through the model: what does not fit shows before anything is begun. */
function checkOutput({ model, classes, trainData }: TrainOptions): void {
  const { imageShape } = trainData;
  tf.tidy(() => checkLogits(model.forward(tf.zeros([1, ...imageShape])), classes.length));
}

/** Adds gradients to gradients; disposes both. */
function addInto(
  sum: ReadonlyMap<string, tf.Tensor>,
  more: ReadonlyMap<string, tf.Tensor>,
): Map<string, tf.Tensor> {
  const result = new Map<string, tf.Tensor>();
  for (const [path, gradient] of sum) {
    const other = more.get(path)!;
    result.set(path, tf.add(gradient, other));
    tf.dispose([gradient, other]);
  }
  return result;
}
