import { SplitError } from './errors.ts';

/**
 * How many images of each class a subset should get.
 *
 * A fraction (below 1) is taken of each class by itself, rounded, so that other classes do not
 * matter. A count (1 and up) is the total over all classes, as scikit-learn's integer `test_size`,
 * dealt out in proportion by largest remainders. Every class gets at least one image and leaves
 * `spare` of them.
 *
 * @param amount a fraction or a count, checked by the caller
 * @param sizes images by class
 * @param spare images of each class that must be left for other subsets, by class
 * @throws {SplitError} OPTION_INVALID for a count that cannot be dealt out
 */
export function quotas(
  name: 'val' | 'test',
  amount: number,
  sizes: ReadonlyMap<string, number>,
  spare: (label: string) => number,
): Map<string, number> {
  const most = (label: string): number => sizes.get(label)! - spare(label);
  if (amount < 1) {
    return new Map(
      Array.from(sizes, ([label, n]) => [label, clamp(Math.round(amount * n), 1, most(label))]),
    );
  }

  const total = sum(sizes.values());
  const least = sizes.size;
  const limit = sum(Array.from(sizes.keys(), most));
  if (amount < least || amount > limit) {
    throw new SplitError(
      'OPTION_INVALID',
      amount < least
        ? `${name}: ${amount} ${amount === 1 ? 'image is' : 'images are'} too few for ${least} classes: each needs one`
        : `${name}: ${amount} images are too many: of ${total} images ${limit} can be taken, so that each class keeps one in every other subset`,
      {
        hint:
          amount === 1
            ? `A number from 1 up is a count of images; a fraction lies between 0 and 1, as ${name}: 0.2.`
            : `Take a count from ${least} to ${limit}, or a fraction as ${name}: 0.2.`,
      },
    );
  }
  const ideal = (label: string): number => (amount * sizes.get(label)!) / total;
  const labels = [...sizes.keys()];
  const result = new Map(
    labels.map((label) => [label, clamp(Math.floor(ideal(label)), 1, most(label))]),
  );
  for (let left = amount - sum(result.values()); left !== 0; left -= Math.sign(left)) {
    const step = Math.sign(left);
    const open = labels.filter((label) =>
      step > 0 ? result.get(label)! < most(label) : result.get(label)! > 1,
    );
    const lacking = (label: string): number => step * (ideal(label) - result.get(label)!);
    const next = open.reduce((best, label) => (lacking(label) > lacking(best) ? label : best));
    result.set(next, result.get(next)! + step);
  }
  return result;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

function sum(values: Iterable<number>): number {
  let result = 0;
  for (const value of values) result += value;
  return result;
}
