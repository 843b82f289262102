// Sums over the rows of [rows, channels] matrices, one per channel. Four rows at a time are added
// in float32, the totals are kept in float64: the tensors are read in order, at memory speed, and
// the sums of a large batch are as exact as those of a small one.

/** totals[0..3] += value: float64 in memory, four float32 in the vector. */
// @ts-expect-error: decorator
@inline
function accumulate(totals: usize, value: v128): void {
  const high = i32x4.shuffle(value, value, 2, 3, 2, 3);
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(value)));
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(high)), 16);
}

// @ts-expect-error: decorator
@inline
function accumulateOne(total: usize, value: f32): void {
  store<f64>(total, load<f64>(total) + <f64>value);
}

// @ts-expect-error: decorator
@inline
function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
}

/** totals [channels] = sum over rows of x. */
export function channelSums(x: usize, totals: usize, rows: i32, channels: i32): void {
  memory.fill(totals, 0, (<usize>channels) << 3);
  const stride = (<usize>channels) << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const vectors = channels & ~3;
    for (let c = 0; c < vectors; c += 4) {
      const p0 = x + ((<usize>c) << 2);
      const p1 = p0 + stride;
      const p2 = p1 + stride;
      const p3 = p2 + stride;
      const sum = sum4(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3));
      accumulate(totals + ((<usize>c) << 3), sum);
    }
    for (let r = 0; r < 4; r++) {
      addRow(x, totals, vectors, channels);
      x += stride;
    }
  }
  for (; row < rows; row++) {
    addRow(x, totals, 0, channels);
    x += stride;
  }
}

// @ts-expect-error: decorator
@inline
function addRow(x: usize, totals: usize, from: i32, to: i32): void {
  for (let c = <usize>from; c < <usize>to; c++) {
    accumulateOne(totals + (c << 3), load<f32>(x + (c << 2)));
  }
}

/**
 * totals [channels] = sum over rows of (x - mean)^2. A pass of its own: the mean of the squares
 * less the square of the mean loses the variance where the mean is large.
 */
export function squaredDeviations(
  x: usize,
  mean: usize,
  totals: usize,
  rows: i32,
  channels: i32,
): void {
  memory.fill(totals, 0, (<usize>channels) << 3);
  const stride = (<usize>channels) << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const vectors = channels & ~3;
    for (let c = 0; c < vectors; c += 4) {
      const at = (<usize>c) << 2;
      const m = v128.load(mean + at);
      const p0 = x + at;
      const p1 = p0 + stride;
      const p2 = p1 + stride;
      const p3 = p2 + stride;
      const d0 = f32x4.sub(v128.load(p0), m);
      const d1 = f32x4.sub(v128.load(p1), m);
      const d2 = f32x4.sub(v128.load(p2), m);
      const d3 = f32x4.sub(v128.load(p3), m);
      const sum = sum4(f32x4.mul(d0, d0), f32x4.mul(d1, d1), f32x4.mul(d2, d2), f32x4.mul(d3, d3));
      accumulate(totals + (at << 1), sum);
    }
    for (let r = 0; r < 4; r++) {
      addRowSquares(x, mean, totals, vectors, channels);
      x += stride;
    }
  }
  for (; row < rows; row++) {
    addRowSquares(x, mean, totals, 0, channels);
    x += stride;
  }
}

// @ts-expect-error: decorator
@inline
function addRowSquares(x: usize, mean: usize, totals: usize, from: i32, to: i32): void {
  for (let c = <usize>from; c < <usize>to; c++) {
    const d = load<f32>(x + (c << 2)) - load<f32>(mean + (c << 2));
    accumulateOne(totals + (c << 3), d * d);
  }
}

/** The gradient that passes the rectifier, if there is one. Inlined with `masked` constant. */
// @ts-expect-error: decorator
@inline
function passed(masked: bool, dy: usize, output: usize): v128 {
  const g = v128.load(dy);
  return masked ? v128.and(g, f32x4.gt(v128.load(output), f32x4.splat(0))) : g;
}

/** sumG += sum over rows of g, sumGDeviation += sum of g * (x - mean). */
// @ts-expect-error: decorator
@inline
export function addGradientSums(
  masked: bool,
  dy: usize,
  x: usize,
  mean: usize,
  output: usize,
  sumG: usize,
  sumGDeviation: usize,
  rows: i32,
  channels: i32,
): void {
  const stride = (<usize>channels) << 2;
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    const vectors = channels & ~3;
    for (let c = 0; c < vectors; c += 4) {
      const at = (<usize>c) << 2;
      const m = v128.load(mean + at);
      const p = x + at;
      const q = dy + at;
      const o = output + at;
      const g0 = passed(masked, q, o);
      const g1 = passed(masked, q + stride, o + stride);
      const g2 = passed(masked, q + 2 * stride, o + 2 * stride);
      const g3 = passed(masked, q + 3 * stride, o + 3 * stride);
      const d0 = f32x4.sub(v128.load(p), m);
      const d1 = f32x4.sub(v128.load(p + stride), m);
      const d2 = f32x4.sub(v128.load(p + 2 * stride), m);
      const d3 = f32x4.sub(v128.load(p + 3 * stride), m);
      accumulate(sumG + (at << 1), sum4(g0, g1, g2, g3));
      const sum = sum4(f32x4.mul(g0, d0), f32x4.mul(g1, d1), f32x4.mul(g2, d2), f32x4.mul(g3, d3));
      accumulate(sumGDeviation + (at << 1), sum);
    }
    for (let r = 0; r < 4; r++) {
      addRowGradients(masked, dy, x, mean, output, sumG, sumGDeviation, vectors, channels);
      x += stride;
      dy += stride;
      output += stride;
    }
  }
  for (; row < rows; row++) {
    addRowGradients(masked, dy, x, mean, output, sumG, sumGDeviation, 0, channels);
    x += stride;
    dy += stride;
    output += stride;
  }
}

// @ts-expect-error: decorator
@inline
function addRowGradients(
  masked: bool,
  dy: usize,
  x: usize,
  mean: usize,
  output: usize,
  sumG: usize,
  sumGDeviation: usize,
  from: i32,
  to: i32,
): void {
  for (let c = <usize>from; c < <usize>to; c++) {
    const at = c << 2;
    if (masked && !(load<f32>(output + at) > 0)) continue;
    const g = load<f32>(dy + at);
    accumulateOne(sumG + (c << 3), g);
    accumulateOne(sumGDeviation + (c << 3), g * (load<f32>(x + at) - load<f32>(mean + at)));
  }
}
