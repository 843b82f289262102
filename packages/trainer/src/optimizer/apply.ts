import * as tf from '@tensorflow/tfjs-core';

import type { Optimizer, ParameterState, UpdateEntry } from './optimizer.ts';

/** An optimiser's memory: a count and variables, keyed by the parameters' paths. */
export interface OptimizerState {
  /** Updates done. */
  readonly step: number;
  readonly parameters: ReadonlyMap<string, ParameterState>;
}

/** How the parameter of a path is treated; see `parameterGroups`. */
export interface ParameterGroup {
  /** Multiplies the schedule's learning rate; 0 freezes the parameter. */
  readonly learningRateScale: number;
  /** Whether weight decay applies. */
  readonly decay: boolean;
}

/** What a schedule says for one update; `momentum` replaces the optimiser's own (or beta1). */
export interface Rate {
  readonly learningRate: number;
  readonly momentum?: number | undefined;
}

/** ParameterState of zeros for each parameter; the caller disposes them with {@link disposeOptimizer}. */
export function initOptimizer(
  optimizer: Optimizer,
  parameters: ReadonlyMap<string, tf.Tensor>,
): OptimizerState {
  const states = new Map<string, ParameterState>();
  for (const [path, parameter] of parameters) {
    const entries = optimizer.stateNames.map((name) => [name, zeros(parameter)] as const);
    states.set(path, Object.fromEntries(entries));
  }
  return { step: 0, parameters: states };
}

function zeros(like: tf.Tensor): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zerosLike(like), false));
}

/**
 * One update of every parameter that has a gradient: parameters and state change in place. Returns
 * the state to go on with. The gradients stay the caller's.
 */
export function applyGradients(
  optimizer: Optimizer,
  parameters: ReadonlyMap<string, tf.Variable>,
  gradients: ReadonlyMap<string, tf.Tensor>,
  state: OptimizerState,
  groups: ReadonlyMap<string, ParameterGroup>,
  { learningRate, momentum }: Rate,
): OptimizerState {
  const step = state.step + 1;
  const byScale = new Map<number, UpdateEntry[]>();
  for (const [path, gradient] of gradients) {
    const { learningRateScale, decay } = groups.get(path)!;
    const entries = byScale.get(learningRateScale) ?? [];
    byScale.set(learningRateScale, entries);
    entries.push({
      parameter: parameters.get(path)!,
      gradient,
      state: state.parameters.get(path)!,
      decay,
    });
  }
  for (const [scale, entries] of byScale) {
    optimizer.update(entries, { learningRate: learningRate * scale, momentum, step });
  }
  return { step, parameters: state.parameters };
}

/** Frees the state. */
export function disposeOptimizer(state: OptimizerState): void {
  for (const entry of state.parameters.values()) tf.dispose({ ...entry });
}
