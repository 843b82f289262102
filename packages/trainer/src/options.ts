import type * as tf from '@tensorflow/tfjs-core';

import type { Checkpoint } from './checkpoint/checkpoint.ts';
import type { DataSource } from './data.ts';
import type { EmaOptions } from './ema.ts';
import { checkOption } from './errors.ts';
import type { StopSignal } from './evaluate.ts';
import type { TrainableModel } from './model.ts';
import type { GroupOptions } from './optimizer/groups.ts';
import type { Optimizer } from './optimizer/optimizer.ts';
import type { Schedule } from './schedule.ts';

/** Gradients by the path of their parameter. */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** What {@link train} trains, on what, and how. */
export interface TrainOptions extends GroupOptions {
  /** Trained in place; stays the caller's. */
  readonly model: TrainableModel;
  /** The names of the classes, in the order of the logits. */
  readonly classes: readonly string[];
  readonly trainData: DataSource;
  /** Evaluated after each epoch. */
  readonly valData?: DataSource | undefined;
  readonly epochs: number;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** The fraction of each target spread over all classes (Szegedy et al., 2016). Default 0. */
  readonly labelSmoothing?: number;
  /**
   * Batches whose gradients make one update, as if they were one batch (but for batch norm, which
   * sees each alone). Weighted by their sizes. Default 1.
   */
  readonly accumulate?: number;
  /** The highest norm of all gradients together; larger ones are scaled down. No limit if absent. */
  readonly clipNorm?: number | undefined;
  /** Keeps averaged weights, which are then what is evaluated and what `best` holds. */
  readonly ema?: EmaOptions | undefined;
  /** The fraction of each batch in the running statistics of batch norm. Default 0.1, as in torch. */
  readonly statisticsMomentum?: number;
  /**
   * Paths or prefixes of batch norms that keep to their running statistics, as the frozen part of
   * a fine-tuned model should. Default none.
   */
  readonly freezeBatchNorm?: readonly string[];
  /**
   * Has the model keep fewer activations and compute the rest again in the backward pass: less
   * memory for about a quarter more time, the same result. Not part of what a checkpoint remembers,
   * so a run may be resumed with or without. Default false.
   */
  readonly gradientCheckpointing?: boolean;
  /** For what the model draws in training (dropout); data sources have their own. Default 0. */
  readonly seed?: number;
  /** Goes on from here; the model's weights are replaced. */
  readonly resume?: Checkpoint | undefined;
  /** Stops after the step under way, with a checkpoint: an AbortController's signal. */
  readonly signal?: StopSignal | undefined;
  /** Stops after so many epochs without a better one. */
  readonly earlyStopping?: { readonly patience: number } | undefined;
  /**
   * The seam for training on several machines: gets each update's gradients (summed over the
   * accumulated batches and divided by their images) and returns what to apply. Tensors that it
   * returns become the trainer's; it need not dispose those it got.
   */
  readonly reduceGradients?: (gradients: Gradients) => Promise<Gradients> | Gradients;
  /**
   * Steps between step events. Only then is the loss read from the device, so more keeps an
   * asynchronous backend (WebGPU) busy; sums and history are the same. Default 1.
   */
  readonly logEvery?: number;
  /** Epochs (default 1) and steps (default: none) between checkpoint events. */
  readonly checkpointEvery?: { readonly epochs?: number; readonly steps?: number };
}

/** Throws a `OPTION_INVALID` for the first option that cannot be. */
export function checkOptions(options: TrainOptions): void {
  const check = (valid: boolean, option: string, expected: string, received: unknown): void =>
    checkOption(valid, 'train', option, expected, received);
  const count = (option: string, value: number | undefined): void => {
    if (value === undefined) return;
    check(Number.isInteger(value) && value > 0, option, 'a positive integer', value);
  };
  count('epochs', options.epochs);
  count('accumulate', options.accumulate);
  count('logEvery', options.logEvery);
  count('checkpointEvery.epochs', options.checkpointEvery?.epochs);
  count('checkpointEvery.steps', options.checkpointEvery?.steps);
  count('earlyStopping.patience', options.earlyStopping?.patience);
  count('trainData.size', options.trainData.size);
  count('trainData.batchesPerEpoch', options.trainData.batchesPerEpoch);
  count('valData.size', options.valData?.size);
  const { labelSmoothing: smoothing = 0, clipNorm = 1, statisticsMomentum: m = 0.1 } = options;
  check(smoothing >= 0 && smoothing < 1, 'labelSmoothing', 'in [0, 1)', smoothing);
  check(clipNorm > 0, 'clipNorm', 'positive', clipNorm);
  check(m > 0 && m <= 1, 'statisticsMomentum', 'in (0, 1]', m);
  const names = options.classes;
  check(names.length >= 2, 'classes', 'two names or more', names);
  check(new Set(names).size === names.length, 'classes', 'a list without duplicates', names);
}
