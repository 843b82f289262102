/** Counts `[true class][predicted class]`. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** How well one class is recognised; fractions in 0 to 1. */
export interface ClassMetrics {
  readonly label: string;
  /** Of the images called this class, the fraction that is: 0 where none was. */
  readonly precision: number;
  /** Of the images of this class, the fraction called so: 0 where there is none. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** Images of this class. */
  readonly support: number;
}

/** The index of the largest of `values[start..start + count)`, from `start`; the first of equals. */
export function argMax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}

/**
 * How many classes are ranked before `label`: 0 is a top-1 hit, under 5 a top-5 hit. Among equals
 * the lower index comes first, as in {@link argMax}.
 */
export function rankOf(
  values: ArrayLike<number>,
  start: number,
  count: number,
  label: number,
): number {
  const own = values[start + label]!;
  let rank = 0;
  for (let i = 0; i < count; i++) {
    const value = values[start + i]!;
    if (value > own || (value === own && i < label)) rank++;
  }
  return rank;
}

/** The logarithms of softmax over `values[start..start + count)`, in double precision. */
export function softmaxAt(
  values: ArrayLike<number>,
  start: number,
  count: number,
): { readonly logProbability: (index: number) => number } {
  let max = -Infinity;
  for (let i = 0; i < count; i++) max = Math.max(max, values[start + i]!);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += Math.exp(values[start + i]! - max);
  const logSum = max + Math.log(sum);
  return { logProbability: (index) => values[start + index]! - logSum };
}

/** Precision, recall and F1 of each class, with 0 for 0 / 0 as scikit-learn has it. */
export function classMetrics(
  confusion: ConfusionMatrix,
  labels: readonly string[],
): ClassMetrics[] {
  return labels.map((label, k) => {
    const hits = confusion[k]![k]!;
    const support = confusion[k]!.reduce((a, b) => a + b, 0);
    const called = confusion.reduce((sum, row) => sum + row[k]!, 0);
    return {
      label,
      precision: called === 0 ? 0 : hits / called,
      recall: support === 0 ? 0 : hits / support,
      f1: called + support === 0 ? 0 : (2 * hits) / (called + support),
      support,
    };
  });
}
