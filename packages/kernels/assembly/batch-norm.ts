// Batch normalisation over the rows of a [rows, channels] matrix (Ioffe and Szegedy, 2015), with
// the rectifier that follows it. `rows` is N*H*W of an NHWC tensor. `scratch` points to room for
// 2 * channels float64.

import { addGradientSums, channelSums, squaredDeviations } from './channel-sums';

/**
 * y = (x - mean) * inverse * scale + offset, rectified if `relu`. Also writes, for each channel,
 * the mean, the unbiased variance and inverse = 1 / sqrt(biased variance + epsilon).
 */
export function batchNormTraining(
  x: usize,
  scale: usize,
  offset: usize,
  y: usize,
  mean: usize,
  variance: usize,
  inverse: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  relu: i32,
): void {
  channelSums(x, scratch, rows, channels);
  for (let c: usize = 0; c < <usize>channels; c++) {
    store<f32>(mean + (c << 2), <f32>(load<f64>(scratch + (c << 3)) / <f64>rows));
  }
  squaredDeviations(x, mean, scratch, rows, channels);
  for (let c: usize = 0; c < <usize>channels; c++) {
    const total = load<f64>(scratch + (c << 3));
    store<f32>(variance + (c << 2), <f32>(total / <f64>(rows - 1)));
    store<f32>(inverse + (c << 2), <f32>(1 / Math.sqrt(total / <f64>rows + epsilon)));
  }
  normalise(x, scale, offset, mean, inverse, y, scratch, rows, channels, relu);
}

/** The same with a mean and a variance given. */
export function batchNormInference(
  x: usize,
  scale: usize,
  offset: usize,
  mean: usize,
  variance: usize,
  y: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
  relu: i32,
): void {
  const inverse = scratch + ((<usize>channels) << 3);
  inverseStds(variance, inverse, channels, epsilon);
  normalise(x, scale, offset, mean, inverse, y, scratch, rows, channels, relu);
}

function inverseStds(variance: usize, inverse: usize, channels: i32, epsilon: f64): void {
  for (let c: usize = 0; c < <usize>channels; c++) {
    const v = <f64>load<f32>(variance + (c << 2));
    store<f32>(inverse + (c << 2), <f32>(1 / Math.sqrt(v + epsilon)));
  }
}

/** Subtracts the mean before it multiplies: folding both into one shift loses digits. */
function normalise(
  x: usize,
  scale: usize,
  offset: usize,
  mean: usize,
  inverse: usize,
  y: usize,
  factors: usize,
  rows: i32,
  channels: i32,
  relu: i32,
): void {
  for (let c: usize = 0; c < <usize>channels; c++) {
    const at = c << 2;
    store<f32>(factors + at, load<f32>(scale + at) * load<f32>(inverse + at));
  }
  const least: f32 = relu ? 0 : -<f32>Infinity;
  const least4 = f32x4.splat(least);
  const vectors = channels & ~3;
  const stride = (<usize>channels) << 2;
  for (let row = 0; row < rows; row++) {
    let c = 0;
    for (; c < vectors; c += 4) {
      const at = (<usize>c) << 2;
      const centred = f32x4.sub(v128.load(x + at), v128.load(mean + at));
      const value = f32x4.add(
        f32x4.mul(centred, v128.load(factors + at)),
        v128.load(offset + at),
      );
      // A NaN compares false and stays: a diverged run must not look like a dead one.
      v128.store(y + at, v128.bitselect(least4, value, f32x4.lt(value, least4)));
    }
    for (; c < channels; c++) {
      const at = (<usize>c) << 2;
      const centred = load<f32>(x + at) - load<f32>(mean + at);
      const value = centred * load<f32>(factors + at) + load<f32>(offset + at);
      store<f32>(y + at, value < least ? least : value);
    }
    x += stride;
    y += stride;
  }
}

/**
 * With g = dy where output > 0, else 0 (or g = dy where output is the null pointer):
 *
 *   dOffset = sum of g,   dScale = sum of g * normalised,
 *   dx = scale * inverse * (g - dOffset / rows - normalised * dScale / rows).
 */
export function batchNormGradient(
  dy: usize,
  x: usize,
  scale: usize,
  mean: usize,
  inverse: usize,
  output: usize,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
): void {
  gradientSums(dy, x, mean, inverse, output, dScale, dOffset, scratch, rows, channels);
  const a = scratch;
  const b = a + ((<usize>channels) << 2);
  const c = b + ((<usize>channels) << 2);
  for (let i: usize = 0; i < <usize>channels; i++) {
    const at = i << 2;
    const inv = <f64>load<f32>(inverse + at);
    const factor = <f64>load<f32>(scale + at) * inv;
    store<f32>(a + at, <f32>factor);
    store<f32>(b + at, <f32>((-factor * inv * <f64>load<f32>(dScale + at)) / <f64>rows));
    store<f32>(c + at, <f32>((-factor * <f64>load<f32>(dOffset + at)) / <f64>rows));
  }
  if (output) inputGradient(true, dy, x, mean, output, a, b, c, dx, rows, channels);
  else inputGradient(false, dy, x, mean, output, a, b, c, dx, rows, channels);
}

/** The same where mean and variance are constants: dx = scale * inverse * g. */
export function batchNormInferenceGradient(
  dy: usize,
  x: usize,
  scale: usize,
  mean: usize,
  variance: usize,
  output: usize,
  dx: usize,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
  epsilon: f64,
): void {
  // The sums fill scratch, so the deviations wait in dOffset until it is written.
  inverseStds(variance, dOffset, channels, epsilon);
  gradientSums(dy, x, mean, dOffset, output, dScale, dOffset, scratch, rows, channels);
  const a = scratch;
  const b = a + ((<usize>channels) << 2);
  inverseStds(variance, a, channels, epsilon);
  for (let i: usize = 0; i < <usize>channels; i++) {
    store<f32>(a + (i << 2), load<f32>(a + (i << 2)) * load<f32>(scale + (i << 2)));
  }
  memory.fill(b, 0, (<usize>channels) << 2);
  if (output) inputGradient(true, dy, x, mean, output, a, b, b, dx, rows, channels);
  else inputGradient(false, dy, x, mean, output, a, b, b, dx, rows, channels);
}

/** `inverse` may be `dOffset`: each is read before it is written. */
function gradientSums(
  dy: usize,
  x: usize,
  mean: usize,
  inverse: usize,
  output: usize,
  dScale: usize,
  dOffset: usize,
  scratch: usize,
  rows: i32,
  channels: i32,
): void {
  const sumG = scratch;
  const sumGDeviation = scratch + ((<usize>channels) << 3);
  memory.fill(scratch, 0, (<usize>channels) << 4);
  if (output) addGradientSums(true, dy, x, mean, output, sumG, sumGDeviation, rows, channels);
  else addGradientSums(false, dy, x, mean, output, sumG, sumGDeviation, rows, channels);
  for (let c: usize = 0; c < <usize>channels; c++) {
    const deviation = load<f64>(sumGDeviation + (c << 3));
    store<f32>(dScale + (c << 2), <f32>(deviation * <f64>load<f32>(inverse + (c << 2))));
    store<f32>(dOffset + (c << 2), <f32>load<f64>(sumG + (c << 3)));
  }
}

/** dx = a * g + b * (x - mean) + c, channel by channel. */
// @ts-expect-error: decorator
@inline
function inputGradient(
  masked: bool,
  dy: usize,
  x: usize,
  mean: usize,
  output: usize,
  a: usize,
  b: usize,
  c: usize,
  dx: usize,
  rows: i32,
  channels: i32,
): void {
  const zero = f32x4.splat(0);
  const vectors = channels & ~3;
  const stride = (<usize>channels) << 2;
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i < vectors; i += 4) {
      const at = (<usize>i) << 2;
      const deviation = f32x4.sub(v128.load(x + at), v128.load(mean + at));
      let g = v128.load(dy + at);
      if (masked) g = v128.and(g, f32x4.gt(v128.load(output + at), zero));
      const value = f32x4.add(
        f32x4.add(f32x4.mul(g, v128.load(a + at)), f32x4.mul(deviation, v128.load(b + at))),
        v128.load(c + at),
      );
      v128.store(dx + at, value);
    }
    for (; i < channels; i++) {
      const at = (<usize>i) << 2;
      const deviation = load<f32>(x + at) - load<f32>(mean + at);
      let g = load<f32>(dy + at);
      if (masked && !(load<f32>(output + at) > 0)) g = 0;
      store<f32>(dx + at, g * load<f32>(a + at) + deviation * load<f32>(b + at) + load<f32>(c + at));
    }
    x += stride;
    dy += stride;
    dx += stride;
    if (masked) output += stride;
  }
}
