import { classifierPrefix, type ModelCard, type ResNetConfig, type StateDict } from '@resnet/model';

import type { LoadedWeights } from './load-weights.ts';

/** Weights for a model of the classes that were asked for. */
export interface AdaptedWeights {
  /** The weights' own, with these classes. */
  readonly card: ModelCard;
  /** The architecture, with as many classes. */
  readonly config: ResNetConfig;
  /** Without the classifier's, where that must be a fresh one: load it with `strict: false`. */
  readonly state: StateDict;
  /** Why the classifier must be a fresh one; undefined where the weights bring it. */
  readonly freshHead: string | undefined;
}

/**
 * Adapts weights to the classes of a data set. The classifier is kept where its classes are the
 * same, in the same order; otherwise it is left out. No tensor is copied.
 *
 * @param classes names of the classes, by index
 */
export function adaptClassifier(
  { card, state, hasCard }: LoadedWeights,
  classes: readonly string[],
): AdaptedWeights {
  const config = { ...card.config, numClasses: classes.length };
  const reason = whyFresh(card.config.numClasses, hasCard ? card.labelNames : undefined, classes);
  const adapted = { ...card, config, labelNames: classes };
  if (reason === undefined) return { card: adapted, config, state, freshHead: undefined };
  const head = `${classifierPrefix(config)}.`;
  const backbone = new Map([...state].filter(([name]) => !name.startsWith(head)));
  return { card: adapted, config, state: backbone, freshHead: reason };
}

function whyFresh(
  had: number,
  labels: readonly string[] | undefined,
  classes: readonly string[],
): string | undefined {
  if (had === 0) return 'the weights come without one';
  if (had !== classes.length) return `the weights are for ${had} classes`;
  // Labels that are only indices say nothing.
  const named = labels?.some((label, index) => label !== String(index)) === true;
  if (named && labels.some((label, index) => label !== classes[index])) {
    return 'the weights are for other classes';
  }
  return undefined;
}
