import type * as tf from '@tensorflow/tfjs-core';

import { checkOption } from '../errors.ts';
import type { ParameterGroup } from './apply.ts';

/** What decides the learning rate and weight decay of each parameter. */
export interface GroupOptions {
  /**
   * What weight decay acts on. `'weights'` (the default) leaves out the scales and offsets of
   * batch norm and the biases, every parameter of fewer than two dimensions, as timm does: a
   * scale before a norm changes nothing but the effective learning rate, and biases are too few to
   * overfit (He et al., "Bag of tricks for image classification", 2019). `'all'` is what
   * `torch.optim` does when handed `model.parameters()`.
   */
  readonly weightDecayOn?: 'weights' | 'all';
  /**
   * Discriminative learning rates: the factor on the schedule's rate for the parameter of a path.
   * 0 freezes it: it gets no gradient, no decay and no update. See {@link scaleByPrefix}.
   */
  readonly learningRateScale?: (path: string) => number;
}

/** The treatment of each parameter. */
export function parameterGroups(
  parameters: ReadonlyMap<string, tf.Tensor>,
  { weightDecayOn = 'weights', learningRateScale = () => 1 }: GroupOptions,
): Map<string, ParameterGroup> {
  const groups = new Map<string, ParameterGroup>();
  for (const [path, parameter] of parameters) {
    const scale = learningRateScale(path);
    checkOption(
      Number.isFinite(scale) && scale >= 0,
      'train',
      `learningRateScale('${path}')`,
      'a number >= 0',
      scale,
    );
    groups.set(path, {
      learningRateScale: scale,
      decay: weightDecayOn === 'all' || parameter.rank > 1,
    });
  }
  return groups;
}

/**
 * A `learningRateScale` from prefixes of paths, the longest that fits: `scaleByPrefix({ '': 0.1,
 * fc: 1 })` trains the head ten times as fast as the rest, `{ '': 0, fc: 1 }` the head alone. A
 * prefix ends where a part of the path does: `layer1` fits `layer1.0.conv1.weight`, not `layer10`.
 */
export function scaleByPrefix(scales: Readonly<Record<string, number>>): (path: string) => number {
  const prefixes = Object.keys(scales).sort((a, b) => b.length - a.length);
  return (path) => {
    const fitting = prefixes.find((p) => p === '' || path === p || path.startsWith(`${p}.`));
    return fitting === undefined ? 1 : scales[fitting]!;
  };
}
