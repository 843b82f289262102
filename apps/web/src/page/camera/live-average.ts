import type { Prediction } from '../../types.ts';

/**
 * Probabilities of a moving picture, averaged over time: an exponential average whose memory fades
 * with the given time constant, so that bars move calmly however many frames a second there are.
 */
export class LiveAverage {
  readonly #fade: number;
  readonly #shares = new Map<number, Prediction>();
  #last: number | undefined;

  /** @param fade milliseconds after which a frame counts 1/e of what it did */
  constructor(fade: number) {
    this.#fade = fade;
  }

  /**
   * Adds a frame's answers (of the same classes each time, or nearly).
   *
   * @param now milliseconds, of any clock that does not go back
   * @returns the averages, most probable first
   */
  add(predictions: readonly Prediction[], now: number): readonly Prediction[] {
    const part = this.#last === undefined ? 1 : 1 - Math.exp(-(now - this.#last) / this.#fade);
    this.#last = now;
    const seen = new Set<number>();
    for (const { index, label, probability } of predictions) {
      const before = this.#shares.get(index)?.probability ?? 0;
      seen.add(index);
      this.#shares.set(index, {
        index,
        label,
        probability: before + part * (probability - before),
      });
    }
    for (const [index, entry] of this.#shares) {
      if (seen.has(index)) continue;
      this.#shares.set(index, { ...entry, probability: (1 - part) * entry.probability });
    }
    return [...this.#shares.values()].sort((a, b) => b.probability - a.probability);
  }
}
