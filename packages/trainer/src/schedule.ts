import { checkOption } from './errors.ts';

/** Where in the training an update stands. */
export interface Progress {
  /** Updates done before this one, over all epochs, from 0. */
  readonly step: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
}

/** What a {@link Schedule} says for one step. */
export interface Rates {
  readonly learningRate: number;
  /** Given by schedules that cycle it; else the optimiser's own counts. */
  readonly momentum?: number;
}

/** A learning rate as a pure function of progress; resuming needs no state of it. */
export interface Schedule {
  readonly name: string;
  /** Plain JSON, kept in checkpoints. */
  readonly options: Readonly<Record<string, number | boolean | string | readonly number[]>>;
  at(progress: Progress): Rates;
}

function checkRate(where: string, option: string, rate: number): void {
  checkOption(Number.isFinite(rate) && rate >= 0, where, option, 'a number >= 0', rate);
}

/** The same rate throughout. */
export function constant(learningRate: number): Schedule {
  checkRate('constant', 'learningRate', learningRate);
  return { name: 'constant', options: { learningRate }, at: () => ({ learningRate }) };
}

/** The rate times `gamma` (default 0.1) after every `every` epochs: torch's StepLR. */
export function step({
  learningRate,
  every,
  gamma = 0.1,
}: {
  readonly learningRate: number;
  readonly every: number;
  readonly gamma?: number;
}): Schedule {
  checkRate('step', 'learningRate', learningRate);
  checkOption(Number.isInteger(every) && every > 0, 'step', 'every', 'a positive integer', every);
  return {
    name: 'step',
    options: { learningRate, every, gamma },
    at: ({ step, stepsPerEpoch }) => ({
      learningRate: learningRate * gamma ** Math.floor(Math.floor(step / stepsPerEpoch) / every),
    }),
  };
}

/** The rate times `gamma` (default 0.1) after each of the epochs `milestones`: torch's MultiStepLR. */
export function multistep({
  learningRate,
  milestones,
  gamma = 0.1,
}: {
  readonly learningRate: number;
  readonly milestones: readonly number[];
  readonly gamma?: number;
}): Schedule {
  checkRate('multistep', 'learningRate', learningRate);
  return {
    name: 'multistep',
    options: { learningRate, milestones, gamma },
    at: ({ step, stepsPerEpoch }) => {
      const epoch = Math.floor(step / stepsPerEpoch);
      return { learningRate: learningRate * gamma ** milestones.filter((m) => m <= epoch).length };
    },
  };
}

/**
 * Linear warm-up, then half a cosine down to `minLearningRate`, step by step (Loshchilov and
 * Hutter, "SGDR", 2017, without restarts; Goyal et al., 2017, for the warm-up). The numbers are
 * those of timm's CosineLRScheduler with `warmup_prefix`, `warmup_t` the steps of the warm-up and
 * `t_initial` the steps that remain.
 */
export function cosine({
  learningRate,
  minLearningRate = 0,
  warmupEpochs = 0,
  warmupLearningRate = 0,
}: {
  readonly learningRate: number;
  /** Default 0. */
  readonly minLearningRate?: number;
  /** May be a fraction. Default 0. */
  readonly warmupEpochs?: number;
  /** The rate of the first step of the warm-up. Default 0; timm's is 1e-5. */
  readonly warmupLearningRate?: number;
}): Schedule {
  checkRate('cosine', 'learningRate', learningRate);
  checkRate('cosine', 'minLearningRate', minLearningRate);
  checkRate('cosine', 'warmupEpochs', warmupEpochs);
  checkRate('cosine', 'warmupLearningRate', warmupLearningRate);
  return {
    name: 'cosine',
    options: { learningRate, minLearningRate, warmupEpochs, warmupLearningRate },
    at({ step, stepsPerEpoch, epochs }) {
      const warmup = Math.round(warmupEpochs * stepsPerEpoch);
      if (step < warmup) {
        const slope = (learningRate - warmupLearningRate) / warmup;
        return { learningRate: warmupLearningRate + step * slope };
      }
      const length = epochs * stepsPerEpoch - warmup;
      const fraction = Math.min((step - warmup) / length, 1);
      const half = 0.5 * (learningRate - minLearningRate);
      return { learningRate: minLearningRate + half * (1 + Math.cos(Math.PI * fraction)) };
    },
  };
}

/**
 * Up to `learningRate` over the first `warmupFraction` of all steps and down to nearly nothing over
 * the rest, the momentum moving the other way: Smith and Topin, "Super-convergence", 2018, with
 * the numbers of torch's OneCycleLR (whose names for the options are given).
 */
export function oneCycle({
  learningRate,
  warmupFraction = 0.3,
  startDivisor = 25,
  endDivisor = 1e4,
  anneal = 'cosine',
  momentum = { low: 0.85, high: 0.95 },
}: {
  /** The highest: `max_lr`. */
  readonly learningRate: number;
  /** `pct_start`. Default 0.3. */
  readonly warmupFraction?: number;
  /** The first rate is `learningRate / startDivisor`: `div_factor`. Default 25. */
  readonly startDivisor?: number;
  /** The last rate is the first one `/ endDivisor`: `final_div_factor`. Default 1e4. */
  readonly endDivisor?: number;
  /** `anneal_strategy`. Default `'cosine'`. */
  readonly anneal?: 'cosine' | 'linear';
  /** `base_momentum` and `max_momentum` (default 0.85, 0.95); false leaves the optimiser's own. */
  readonly momentum?: { readonly low: number; readonly high: number } | false;
}): Schedule {
  checkRate('oneCycle', 'learningRate', learningRate);
  checkOption(
    warmupFraction >= 0 && warmupFraction <= 1,
    'oneCycle',
    'warmupFraction',
    'in [0, 1]',
    warmupFraction,
  );
  const first = learningRate / startDivisor;
  const last = first / endDivisor;
  const between = anneal === 'cosine' ? cosineBetween : linearBetween;
  return {
    name: 'oneCycle',
    options: {
      learningRate,
      warmupFraction,
      startDivisor,
      endDivisor,
      anneal,
      momentum: momentum === false ? false : [momentum.low, momentum.high],
    },
    at({ step, stepsPerEpoch, epochs }) {
      const end = Math.max(epochs * stepsPerEpoch - 1, 1);
      const peak = warmupFraction * epochs * stepsPerEpoch - 1;
      const rising = step <= peak;
      // A warm-up of one step or less has no inner points: torch divides 0 by 0 there.
      const fraction = rising ? (peak > 0 ? step / peak : 1) : (step - peak) / (end - peak);
      const rate = rising
        ? between(first, learningRate, fraction)
        : between(learningRate, last, Math.min(fraction, 1));
      if (momentum === false) return { learningRate: rate };
      return {
        learningRate: rate,
        momentum: rising
          ? between(momentum.high, momentum.low, fraction)
          : between(momentum.low, momentum.high, Math.min(fraction, 1)),
      };
    },
  };
}

function cosineBetween(start: number, end: number, fraction: number): number {
  return end + ((start - end) / 2) * (1 + Math.cos(Math.PI * fraction));
}

function linearBetween(start: number, end: number, fraction: number): number {
  return start + fraction * (end - start);
}
