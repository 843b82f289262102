/** What {@link Random.state} saves: four unsigned 32-bit words. */
export type RandomState = readonly [number, number, number, number];

/**
 * A seedable generator: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom
 * number generators", 2021; public-domain C code at prng.di.unimi.it), its state filled from the
 * seed by SplitMix32. It uses 32-bit integer arithmetic only, so the same seed gives the same
 * numbers on every platform. Not for cryptography.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @param seed an integer (its low 32 bits count), a string (hashed), or a saved state */
  constructor(seed: number | string | RandomState) {
    if (typeof seed === 'object') {
      [this.#a, this.#b, this.#c, this.#d] = checkedState(seed);
      return;
    }
    if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
      throw new RangeError(`Random: a seed is an integer, received ${seed}`);
    }
    const mix = splitMix32(typeof seed === 'string' ? hashString(seed) : seed);
    this.#a = mix();
    this.#b = mix();
    this.#c = mix();
    this.#d = mix();
  }

  /** The next 32 random bits, as an unsigned integer. */
  uint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  uniform(low = 0, high = 1): number {
    const unit = ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
    return low + unit * (high - low);
  }

  /** A uniform integer in [0, bound), without modulo bias; `bound` is at most 2^32. */
  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x100000000) {
      throw new RangeError(`Random.integer: bound is an integer from 1 to 2^32, received ${bound}`);
    }
    const limit = 0x100000000 - (0x100000000 % bound);
    let bits = this.uint32();
    while (bits >= limit) bits = this.uint32();
    return bits % bound;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal, by the Box-Muller transform; one of its pair is dropped to stay stateless. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma(shape, 1), by Marsaglia and Tsang, "A simple method for generating gamma variables". */
  gamma(shape: number): number {
    if (!(shape > 0)) throw new RangeError(`Random.gamma: shape is positive, received ${shape}`);
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }

  /** Beta(alpha, beta), as mixup and cutmix draw their mixing fraction. */
  beta(alpha: number, beta: number): number {
    const x = this.gamma(alpha);
    return x / (x + this.gamma(beta));
  }

  /** One of `items`, each as likely. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('Random.pick: nothing to pick from');
    return items[this.integer(items.length)]!;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [result[i], result[j]] = [result[j]!, result[i]!];
    }
    return result;
  }

  /**
   * An independent generator for `key`: it depends on this one's present state and on the key,
   * and does not advance this one. So each image of each epoch can have its own generator,
   * whichever worker draws from it and in whichever order: `random.fork('epoch 3').fork('img 17')`.
   */
  fork(key: number | string): Random {
    const mix = splitMix32(
      hashString(String(key), this.#a) ^
        Math.imul(this.#b, 0x9e3779b1) ^
        rotateLeft(this.#c, 16) ^
        this.#d,
    );
    return new Random([
      (mix() ^ this.#a) >>> 0 || 1,
      (mix() ^ this.#b) >>> 0,
      (mix() ^ this.#c) >>> 0,
      (mix() ^ this.#d) >>> 0,
    ]);
  }

  /** A copy that goes on with the same numbers. */
  clone(): Random {
    return new Random(this.state());
  }

  /** Everything needed to go on from here: `new Random(state)`. Plain JSON. */
  state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0];
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

/** Steele, Lea and Flood's SplitMix with 32-bit words and the finaliser of MurmurHash3. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
}

/** FNV-1a over the UTF-16 code units. */
export function hashString(text: string, basis = 0x811c9dc5): number {
  let hash = basis | 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    hash = Math.imul(hash ^ (unit & 0xff), 0x01000193);
    hash = Math.imul(hash ^ (unit >>> 8), 0x01000193);
  }
  return hash >>> 0;
}

function checkedState(state: RandomState): [number, number, number, number] {
  const words =
    state.length === 4 && state.every((w) => Number.isInteger(w) && w >= 0 && w <= 0xffffffff);
  if (!words || state.every((w) => w === 0)) {
    throw new RangeError(
      `Random: a state is four unsigned 32-bit integers, not all zero, received ${JSON.stringify(state)}`,
    );
  }
  return [...state];
}
