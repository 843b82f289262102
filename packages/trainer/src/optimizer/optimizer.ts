import type * as tf from '@tensorflow/tfjs-core';

/** An optimiser's state of one parameter, by torch's names; each has the parameter's shape. */
export type ParameterState = Readonly<Record<string, tf.Variable>>;

/** One parameter of an update. */
export interface UpdateEntry {
  /** Changed in place. */
  readonly parameter: tf.Variable;
  /** Of the parameter's shape; only read. */
  readonly gradient: tf.Tensor;
  /** Changed in place; zeros before the first update. */
  readonly state: ParameterState;
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

/** What one update of an optimiser needs besides parameters and gradients. */
export interface UpdateSettings {
  readonly learningRate: number;
  /** In place of the optimiser's own momentum (or beta1): what a cycling schedule says. */
  readonly momentum?: number | undefined;
  /** The number of this update, from 1. */
  readonly step: number;
}

/**
 * An update rule: a value without state of its own. All that it remembers is the state it is
 * handed, so that a checkpoint of parameters, state and step number is a checkpoint of everything.
 */
export interface Optimizer {
  readonly name: string;
  /** Plain JSON, kept in checkpoints to tell one optimiser from another. */
  readonly options: Readonly<Record<string, number | boolean>>;
  /** What it keeps of each parameter, by the names of torch's `state_dict`. */
  readonly stateNames: readonly string[];
  update(entries: readonly UpdateEntry[], settings: UpdateSettings): void;
}
