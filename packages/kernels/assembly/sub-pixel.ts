// Around the convolutions that make up the gradient of a strided convolution with respect to its
// input: src/backends/wasm/conv2d-input-gradient.ts tells how. These rearrange the filter before each of
// them and the pixels after.

/**
 * The taps of a filter [height, width, in, out] that meet one residue of the stride, flipped by 180
 * degrees, with in and out exchanged:
 *
 *   flipped[tapsY-1-jy, tapsX-1-jx, o, i] = filter[(residueY + stride*jy) / dilation, (residueX + stride*jx) / dilation, i, o]
 *
 * and zero where that is between two taps. The source's rows, one per tap and input channel, lie
 * filterStride bytes apart, so that one group is read out of the middle of a filter.
 */
export function flipFilter(
  filter: usize,
  flipped: usize,
  width: i32,
  inChannels: i32,
  outChannels: i32,
  filterStride: usize,
  tapsY: i32,
  tapsX: i32,
  residueY: i32,
  residueX: i32,
  stride: i32,
  dilation: i32,
): void {
  const flippedRow = <usize>inChannels * 4;
  const tapBytes = <usize>outChannels * flippedRow;
  memory.fill(flipped, 0, <usize>(tapsY * tapsX) * tapBytes);
  for (let jy = 0; jy < tapsY; jy++) {
    const y = residueY + stride * jy;
    if (y % dilation != 0) continue;
    for (let jx = 0; jx < tapsX; jx++) {
      const x = residueX + stride * jx;
      if (x % dilation != 0) continue;
      const tap = (y / dilation) * width + x / dilation;
      let from = filter + <usize>(tap * inChannels) * filterStride;
      const last = (tapsY - 1 - jy) * tapsX + (tapsX - 1 - jx);
      const target = flipped + <usize>last * tapBytes;
      for (let i = 0; i < inChannels; i++) {
        let to = target + <usize>i * 4;
        for (let o = 0; o < outChannels; o++) {
          store<f32>(to, load<f32>(from + <usize>o * 4));
          to += flippedRow;
        }
        from += filterStride;
      }
    }
  }
}

/** For the few channels of a pixel a loop is faster than `memory.copy`, which leaves WebAssembly. */
// @ts-expect-error: decorator
@inline
function copyPixel(to: usize, from: usize, channels: i32): void {
  const vectors = channels & ~3;
  let c = 0;
  for (; c < vectors; c += 4) {
    const at = (<usize>c) << 2;
    v128.store(to + at, v128.load(from + at));
  }
  for (; c < channels; c++) {
    const at = (<usize>c) << 2;
    store<f32>(to + at, load<f32>(from + at));
  }
}

/**
 * Copies the pixels of pixels [batch, rows, columns, channels] to places of a larger tensor that
 * lie a pixel, a row and an image stride (in bytes) apart.
 */
export function scatterPixels(
  pixels: usize,
  to: usize,
  batch: i32,
  rows: i32,
  columns: i32,
  channels: i32,
  pixelStride: usize,
  rowStride: usize,
  imageStride: usize,
): void {
  const bytes = (<usize>channels) << 2;
  for (let n = 0; n < batch; n++) {
    for (let row = 0; row < rows; row++) {
      let target = to + <usize>n * imageStride + <usize>row * rowStride;
      for (let column = 0; column < columns; column++) {
        copyPixel(target, pixels, channels);
        pixels += bytes;
        target += pixelStride;
      }
    }
  }
}

/** The other way round: pixels of a larger tensor, side by side. */
export function gatherPixels(
  from: usize,
  pixels: usize,
  count: i32,
  channels: i32,
  pixelStride: usize,
): void {
  const bytes = (<usize>channels) << 2;
  for (let i = 0; i < count; i++) {
    copyPixel(pixels, from, channels);
    pixels += bytes;
    from += pixelStride;
  }
}

export function fillZero(to: usize, bytes: usize): void {
  memory.fill(to, 0, bytes);
}
