// Pooling over NHWC tensors: what the backend lacks or does slowly.

import { channelSums } from './channel-sums';

/**
 * Each output's gradient goes to the first input of its window (row by row) that equals the
 * output, as in PyTorch. Windows may overlap and may reach into the padding, which counts for
 * nothing. dx is overwritten.
 */
export function maxPoolGradient(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelSize: i32,
  stride: i32,
  padding: i32,
): void {
  const rowBytes = <usize>width * <usize>channels * 4;
  const imageBytes = <usize>height * rowBytes;
  const pixelBytes = (<usize>channels) << 2;
  const vectors = channels & ~3;
  memory.fill(dx, 0, <usize>batch * imageBytes);
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = oy * stride - padding;
      const fromRow = max(top, 0);
      const toRow = min(top + kernelSize, height);
      for (let ox = 0; ox < outWidth; ox++) {
        const left = ox * stride - padding;
        const fromColumn = max(left, 0);
        const toColumn = min(left + kernelSize, width);
        let c = 0;
        for (; c < vectors; c += 4) {
          const at = (<usize>c) << 2;
          const maximum = v128.load(y + at);
          let rest = v128.load(dy + at); // what no input of the window has taken yet
          for (let row = fromRow; row < toRow; row++) {
            let offset = <usize>row * rowBytes + <usize>fromColumn * pixelBytes + at;
            for (let column = fromColumn; column < toColumn; column++) {
              const hit = f32x4.eq(v128.load(x + offset), maximum);
              const target = dx + offset;
              v128.store(target, f32x4.add(v128.load(target), v128.and(rest, hit)));
              rest = v128.andnot(rest, hit);
              offset += pixelBytes;
            }
          }
        }
        for (; c < channels; c++) {
          const at = (<usize>c) << 2;
          const maximum = load<f32>(y + at);
          let rest = load<f32>(dy + at);
          for (let row = fromRow; row < toRow; row++) {
            let offset = <usize>row * rowBytes + <usize>fromColumn * pixelBytes + at;
            for (let column = fromColumn; column < toColumn; column++) {
              if (load<f32>(x + offset) == maximum) {
                const target = dx + offset;
                store<f32>(target, load<f32>(target) + rest);
                rest = 0;
              }
              offset += pixelBytes;
            }
          }
        }
        y += pixelBytes;
        dy += pixelBytes;
      }
    }
    x += imageBytes;
    dx += imageBytes;
  }
}

/** y [batch, channels] = mean over pixels of x [batch, pixels, channels]; scratch: channels float64. */
export function globalAveragePool(
  x: usize,
  y: usize,
  scratch: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
): void {
  for (let n = 0; n < batch; n++) {
    channelSums(x, scratch, pixels, channels);
    for (let c: usize = 0; c < <usize>channels; c++) {
      store<f32>(y, <f32>(load<f64>(scratch + (c << 3)) / <f64>pixels));
      y += 4;
    }
    x += (<usize>pixels * <usize>channels) << 2;
  }
}

/** dx [batch, pixels, channels] = dy [batch, channels] * factor: the gradient of a global average. */
export function globalAveragePoolGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  factor: f32,
): void {
  const factors = f32x4.splat(factor);
  const vectors = channels & ~3;
  const bytes = (<usize>channels) << 2;
  for (let n = 0; n < batch; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let c = 0;
      for (; c < vectors; c += 4) {
        const at = (<usize>c) << 2;
        v128.store(dx + at, f32x4.mul(v128.load(dy + at), factors));
      }
      for (; c < channels; c++) {
        const at = (<usize>c) << 2;
        store<f32>(dx + at, load<f32>(dy + at) * factor);
      }
      dx += bytes;
    }
    dy += bytes;
  }
}
