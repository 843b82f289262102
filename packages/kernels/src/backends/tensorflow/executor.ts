import { execute, run } from './backend.ts';

/** What runs operations, and in which arithmetic. */
export interface Executor {
  readonly dtype: 'float32' | 'bfloat16';
  /** Runs an operation of one output; its operands that are tensors are taken in `dtype`. */
  readonly run: typeof run;
  readonly execute: typeof execute;
}

export const float32: Executor = { dtype: 'float32', run, execute };
