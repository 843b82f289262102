import { filters, type Interpolation } from './filters.ts';

/** Fixed-point weights of one axis: output pixel `i` is the weighted sum of `count[i]` inputs. */
export interface Coefficients {
  /** First input pixel of each output pixel. */
  readonly start: Int32Array;
  readonly count: Int32Array;
  /** Weights times 2^22, `taps` slots for each output pixel. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/** Pillow keeps 32 - 8 - 2 bits: sums of 8-bit pixels, with overshoot, fit a signed word. */
export const precisionBits = 22;

const cacheLimit = 64;
const cache = new Map<string, Coefficients>();

/**
 * The weights that bring `inputSize` pixels, of which the span [from, to) is wanted, to
 * `outputSize`: Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`. When shrinking, the
 * kernel is widened by the scale, which is what makes the resize antialiased. The last 64 answers
 * are kept: a data set of equal sizes computes them once.
 */
export function coefficients(
  inputSize: number,
  from: number,
  to: number,
  outputSize: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
): Coefficients {
  const key = `${inputSize} ${from} ${to} ${outputSize} ${interpolation}`;
  const known = cache.get(key);
  if (known !== undefined) {
    cache.delete(key);
    cache.set(key, known);
    return known;
  }
  const computed = compute(inputSize, from, to, outputSize, interpolation);
  cache.set(key, computed);
  if (cache.size > cacheLimit) cache.delete(cache.keys().next().value!);
  return computed;
}

function compute(
  inputSize: number,
  from: number,
  to: number,
  outputSize: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
): Coefficients {
  const filter = filters[interpolation];
  const scale = Math.fround(to - from) / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = filter.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  const exact = new Float64Array(taps);
  const inverse = 1 / filterScale;
  const unit = 1 << precisionBits;

  for (let i = 0; i < outputSize; i++) {
    const center = from + (i + 0.5) * scale;
    const first = Math.max(Math.trunc(center - support + 0.5), 0);
    const end = Math.min(Math.trunc(center + support + 0.5), inputSize);
    let sum = 0;
    for (let k = 0; k < end - first; k++) {
      const weight = filter.weight((k + first - center + 0.5) * inverse);
      exact[k] = weight;
      sum += weight;
    }
    for (let k = 0; k < end - first; k++) {
      const weight = sum === 0 ? exact[k]! : exact[k]! / sum;
      weights[i * taps + k] = Math.trunc(weight * unit + (weight < 0 ? -0.5 : 0.5));
    }
    start[i] = first;
    count[i] = end - first;
  }
  return { start, count, weights, taps };
}
