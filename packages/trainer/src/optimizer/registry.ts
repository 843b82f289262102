import type { Optimizer } from './optimizer.ts';

/** An optimiser by name, and what trains well from fresh weights on a few hundred images a class. */
export interface RegisteredOptimizer {
  /** The optimiser with this weight decay, everything else at what is usual for it. */
  readonly create: (options: { readonly weightDecay: number }) => Promise<Optimizer>;
  /** The highest rate of a schedule, for batches of 32; in proportion for others. */
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** A name in {@link optimizers}. */
export type OptimizerName = 'sgd' | 'adamw';

/**
 * Every optimiser by its name: what commands and settings choose from. An optimiser is loaded when it is
 * created, so that a command's help needs no TensorFlow.js.
 */
export const optimizers: Readonly<Record<OptimizerName, RegisteredOptimizer>> = {
  sgd: {
    create: async ({ weightDecay }) =>
      (await import('./sgd.ts')).sgd({ momentum: 0.9, nesterov: true, weightDecay }),
    learningRate: 0.02,
    weightDecay: 5e-4,
  },
  adamw: {
    create: async ({ weightDecay }) => (await import('./adamw.ts')).adamw({ weightDecay }),
    learningRate: 1e-3,
    weightDecay: 0.05,
  },
};

/** The names in {@link optimizers}. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a constant
export const optimizerNames: readonly OptimizerName[] = Object.keys(optimizers) as OptimizerName[];
