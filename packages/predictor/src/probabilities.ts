/** A class and how probable it is. */
export interface Prediction {
  readonly label: string;
  /** Of the class, as in the model's `label_names`. */
  readonly index: number;
  /** In 0..1; those of all classes add up to 1. */
  readonly probability: number;
}

/** exp(x) / sum(exp(x)), shifted by the largest so that nothing overflows; in double precision. */
export function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

/** The `k` most probable classes, most probable first; of equals the one with the lower index. */
export function topPredictions(
  probabilities: readonly number[],
  labels: readonly string[],
  k: number,
): Prediction[] {
  return probabilities
    .map((probability, index) => ({ label: labels[index]!, index, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, k);
}
