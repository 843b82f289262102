import { expect } from 'vitest';

export interface Tolerance {
  /** Allowed difference relative to the expected value. */
  readonly rtol?: number;
  /** Allowed absolute difference. */
  readonly atol?: number;
}

declare module 'vitest' {
  interface Matchers<T> {
    /**
     * Every element lies within `atol + rtol * |expected|` of the expected one, as numpy's
     * `allclose` has it (rtol 1e-5, atol 1e-8 unless given). NaN is close to nothing.
     */
    toBeAllClose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}

expect.extend({
  toBeAllClose(
    received: ArrayLike<number>,
    expected: ArrayLike<number>,
    { rtol = 1e-5, atol = 1e-8 }: Tolerance = {},
  ) {
    if (received.length !== expected.length) {
      return {
        pass: false,
        message: () => `expected ${expected.length} elements, received ${received.length}`,
      };
    }
    let worst = -1;
    let worstExcess = 0;
    let violations = 0;
    for (let i = 0; i < expected.length; i++) {
      const value = received[i] ?? Number.NaN;
      const wanted = expected[i] ?? Number.NaN;
      const excess = Math.abs(value - wanted) - (atol + rtol * Math.abs(wanted));
      if (excess <= 0) continue; // never for NaN
      violations++;
      if (worst < 0 || Number.isNaN(excess) || excess > worstExcess) {
        worst = i;
        worstExcess = excess;
      }
    }
    return {
      pass: violations === 0,
      message: () =>
        violations === 0
          ? `expected values not to be close (rtol ${rtol}, atol ${atol})`
          : `${violations} of ${expected.length} elements differ by more than ${atol} + ${rtol} * |expected|; ` +
            `worst at [${worst}]: expected ${expected[worst]}, received ${received[worst]}`,
    };
  },
});
