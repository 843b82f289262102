import { execute, run } from './backend.ts';

/** What activations are computed and held in. */
export type Dtype = 'float32' | 'bfloat16';

/** Runs ops in a dtype. */
export interface Executor {
  readonly dtype: Dtype;
  /** Runs an op of one output; operands that are tensors are taken in `dtype`. */
  readonly run: typeof run;
  /** Runs an op of any number of outputs. */
  readonly execute: typeof execute;
}

/** Runs ops in float32. */
export const float32: Executor = { dtype: 'float32', run, execute };
