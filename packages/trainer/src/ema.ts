import * as tf from '@tensorflow/tfjs-core';
import { movingAverageUpdate } from '@resnet/kernels';

import { checkOption } from './errors.ts';

/** Averaged weights, as timm's `ModelEmaV2` keeps them. */
export interface EmaOptions {
  /** The fraction of the old average that each update keeps. Default 0.999; timm's is 0.9998. */
  readonly decay?: number;
  /**
   * Lets the decay grow with the number n of updates, `min(decay, 1 - n^(-2/3))` (timm's
   * ModelEmaV3 `use_warmup`), so that short trainings are not dominated by the first weights.
   * Default true.
   */
  readonly warmup?: boolean;
}

/**
 * The averages of all parameters and buffers, in variables of their own, keyed by path. Buffers
 * (running statistics) are averaged too, as in timm.
 */
export interface Ema {
  readonly decay: number;
  readonly warmup: boolean;
  readonly averages: ReadonlyMap<string, tf.Variable>;
}

export type Variables = ReadonlyMap<string, tf.Variable>;

/** Starts the averages at the present values; the caller disposes them with {@link disposeEma}. */
export function initEma(variables: Variables, options: EmaOptions): Ema {
  const { decay = 0.999, warmup = true } = options;
  checkOption(decay >= 0 && decay < 1, 'ema', 'decay', 'in [0, 1)', decay);
  const averages = new Map<string, tf.Variable>();
  for (const [path, variable] of variables) {
    averages.set(
      path,
      // A true copy: a clone would share memory with a variable that backends update in place.
      tf.tidy(() => tf.variable(tf.mul(variable, 1), false)),
    );
  }
  return { decay, warmup, averages };
}

/** The decay of update number `step`, from 1. */
export function emaDecay({ decay, warmup }: Pick<Ema, 'decay' | 'warmup'>, step: number): number {
  // timm counts the first update as 0: with the warm-up it copies the weights.
  return warmup ? Math.min(decay, 1 - step ** (-2 / 3)) : decay;
}

/** `average = decay * average + (1 - decay) * value`, after update number `step` (from 1). */
export function updateEma(ema: Ema, variables: Variables, step: number): void {
  const pairs = [...ema.averages].map(([path, average]) => ({
    average,
    value: variables.get(path)!,
  }));
  movingAverageUpdate(pairs, 1 - emaDecay(ema, step));
}

/**
 * Runs `work` while `variables` hold the averages, and puts their own values back, whatever
 * happens. No data is copied: the variables change places with the averages.
 */
export async function withAverages<T>(
  ema: Ema | undefined,
  variables: Variables,
  work: () => Promise<T>,
): Promise<T> {
  if (ema === undefined) return await work();
  exchange(ema, variables);
  try {
    return await work();
  } finally {
    exchange(ema, variables);
  }
}

/** Swaps the values of the averages and the variables. */
function exchange(ema: Ema, variables: Variables): void {
  for (const [path, average] of ema.averages) {
    const variable = variables.get(path)!;
    const value = tf.clone(variable);
    variable.assign(average);
    average.assign(value);
    value.dispose();
  }
}

export function disposeEma(ema: Ema): void {
  for (const average of ema.averages.values()) average.dispose();
}
