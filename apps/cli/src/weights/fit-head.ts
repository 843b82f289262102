import { classifierPrefix, type ResNetConfig, type StateDict } from '@resnet/model';

import type { OpenedWeights } from './open-weights.ts';

/** Weights for a model of other classes. */
export interface FittedWeights {
  readonly config: ResNetConfig;
  /** Without the classifier's, where that is to be a fresh one. */
  readonly state: StateDict;
  /** Why the classifier is a fresh one; undefined where it is that of the weights. */
  readonly freshHead: string | undefined;
}

/**
 * Fits weights to the classes of a data set: the classifier is kept where it tells the same ones
 * apart, and otherwise replaced by a fresh one.
 */
export function fitHead(
  { card, state, hasCard }: OpenedWeights,
  classes: readonly string[],
): FittedWeights {
  const config = { ...card.config, numClasses: classes.length };
  const reason = whyFresh(card.config.numClasses, hasCard ? card.labelNames : undefined, classes);
  if (reason === undefined) return { config, state, freshHead: undefined };
  const head = `${classifierPrefix(config)}.`;
  const backbone = new Map([...state].filter(([name]) => !name.startsWith(head)));
  return { config, state: backbone, freshHead: reason };
}

function whyFresh(
  had: number,
  labels: readonly string[] | undefined,
  classes: readonly string[],
): string | undefined {
  if (had === 0) return 'the weights come without one';
  if (had !== classes.length) return `the weights tell ${had} classes apart`;
  // Labels that are only indices say nothing.
  const named = labels?.some((label, index) => label !== String(index)) === true;
  if (named && labels.some((label, index) => label !== classes[index])) {
    return 'the weights are for other classes';
  }
  return undefined;
}
