import { SplitError } from './errors.ts';
import type { Unit } from './groups.ts';

/** One subset, or one fold, being filled. */
export class Bin {
  readonly units: Set<Unit> = new Set();
  readonly #counts = new Map<string, number>();

  constructor(units: readonly Unit[] = []) {
    for (const unit of units) this.add(unit);
  }

  count(label: string): number {
    return this.#counts.get(label) ?? 0;
  }

  add(unit: Unit): void {
    this.units.add(unit);
    for (const [label, n] of unit.counts) this.#counts.set(label, this.count(label) + n);
  }

  remove(unit: Unit): void {
    this.units.delete(unit);
    for (const [label, n] of unit.counts) this.#counts.set(label, this.count(label) - n);
  }

  /** Would every class of the unit still have an image here without it? */
  canSpare(unit: Unit): boolean {
    return [...unit.counts].every(([label, n]) => this.count(label) > n);
  }
}

/**
 * Sees to it that every bin has an image of every class, by moving the smallest unit that another
 * bin can spare. Greedy filling leaves a bin empty only where groups are few and large.
 *
 * @throws {SplitError} CLASS_TOO_SMALL when no bin can spare one
 */
export function ensureEveryClass(bins: readonly Bin[], labels: Iterable<string>): void {
  for (const label of labels) {
    for (const bin of bins) {
      if (bin.count(label) > 0) continue;
      const move = smallestSpare(bins, label);
      if (move === undefined) throw tooFewGroups(bins, label);
      move.from.remove(move.unit);
      bin.add(move.unit);
    }
  }
}

function smallestSpare(bins: readonly Bin[], label: string): { from: Bin; unit: Unit } | undefined {
  let best: { from: Bin; unit: Unit } | undefined;
  for (const from of bins) {
    for (const unit of from.units) {
      if (!unit.counts.has(label) || !from.canSpare(unit)) continue;
      if (best === undefined || unit.files.length < best.unit.files.length) best = { from, unit };
    }
  }
  return best;
}

function tooFewGroups(bins: readonly Bin[], label: string): SplitError {
  const groups = bins.flatMap((bin) => [...bin.units].filter((unit) => unit.counts.has(label)));
  const images = groups.reduce((sum, unit) => sum + (unit.counts.get(label) ?? 0), 0);
  return new SplitError(
    'CLASS_TOO_SMALL',
    `class '${label}' cannot be split in ${bins.length}: its ${images} images are in ${groups.length} ${groups.length === 1 ? 'group' : 'groups'} that cannot be spread over all subsets`,
    {
      hint: 'Add images of other groups to the class, ask for fewer subsets, or group by a pattern that tells more images apart.',
    },
  );
}
