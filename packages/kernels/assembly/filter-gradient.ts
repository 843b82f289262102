// The gradient of a convolution with respect to its filter:
//
//   dFilter[ky, kx, i, o] += sum over n, oy, ox of
//       x[n, oy * stride - pad + ky * dilation, ox * stride - pad + kx * dilation, i] * dy[n, oy, ox, o]
//
// Computed where the tensors lie, without transposes. A tile of up to 4 input channels by 8 output
// channels stays in registers while a few rows of one image pass by; those rows fit the first-level
// cache, so every tile and every tap after the first reads them from there. Wide rows are split.

/** Bytes of x and dy that one pass may touch: half of a small first-level cache. */
const CHUNK_BYTES: i32 = 16384;

/** Fewest outputs a pass should cover, so that adding a tile to dFilter costs little beside it. */
const CHUNK_OUTPUTS: i32 = 24;

/**
 * One group. Pointers address the group's first channel; strides between pixels are in bytes, so
 * that a group's channels are read out of the middle of a wider tensor. dFilter is added to: the
 * caller clears it first. Rows of dFilter (one per tap and input channel) lie filterStride apart.
 */
export function addFilterGradient(
  x: usize,
  dy: usize,
  dFilter: usize,
  batch: i32,
  height: i32,
  width: i32,
  inChannels: i32,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  stride: i32,
  padding: i32,
  dilation: i32,
  xStride: usize,
  dyStride: usize,
  filterStride: usize,
): void {
  const outputBytes = (outChannels + inChannels * stride) * 4;
  const chunkOutputs = max(CHUNK_BYTES / outputBytes, CHUNK_OUTPUTS);
  const chunkRows = max(chunkOutputs / outWidth, 1);
  // A row that is split is split evenly.
  const chunksInRow = (outWidth - 1) / chunkOutputs + 1;
  const chunkColumns = (outWidth - 1) / chunksInRow + 1;
  for (let n = 0; n < batch; n++) {
    for (let top = 0; top < outHeight; top += chunkRows) {
      const bottom = min(top + chunkRows, outHeight);
      for (let left = 0; left < outWidth; left += chunkColumns) {
        const right = min(left + chunkColumns, outWidth);
        for (let ky = 0; ky < kernelHeight; ky++) {
          const shiftY = ky * dilation - padding;
          const fromY = max(top, firstInside(shiftY, stride));
          const toY = min(bottom, firstOutside(shiftY, stride, height));
          for (let kx = 0; kx < kernelWidth; kx++) {
            const shiftX = kx * dilation - padding;
            const fromX = max(left, firstInside(shiftX, stride));
            const toX = min(right, firstOutside(shiftX, stride, width));
            if (fromY >= toY || fromX >= toX) continue;
            const firstX = (fromY * stride + shiftY) * width + fromX * stride + shiftX;
            const tapRow = <usize>((ky * kernelWidth + kx) * inChannels) * filterStride;
            addTap(
              x + <usize>firstX * xStride,
              dy + <usize>(fromY * outWidth + fromX) * dyStride,
              dFilter + tapRow,
              toY - fromY,
              toX - fromX,
              inChannels,
              outChannels,
              xStride * <usize>stride,
              xStride * <usize>(stride * width),
              dyStride,
              dyStride * <usize>outWidth,
              filterStride,
            );
          }
        }
      }
    }
    x += <usize>(height * width) * xStride;
    dy += <usize>(outHeight * outWidth) * dyStride;
  }
}

/** The first output whose input, output * stride + shift, is not before the image. */
// @ts-expect-error: decorator
@inline
function firstInside(shift: i32, stride: i32): i32 {
  return shift >= 0 ? 0 : (stride - 1 - shift) / stride;
}

/** The first output whose input, output * stride + shift, is past the image's `size` inputs. */
// @ts-expect-error: decorator
@inline
function firstOutside(shift: i32, stride: i32, size: i32): i32 {
  return shift >= size ? 0 : (size - 1 - shift) / stride + 1;
}

/** Adds what `rows` x `columns` outputs give to one tap, for all pairs of channels. */
function addTap(
  x: usize,
  dy: usize,
  dFilter: usize,
  rows: i32,
  columns: i32,
  inChannels: i32,
  outChannels: i32,
  xStep: usize,
  xRow: usize,
  dyStep: usize,
  dyRow: usize,
  filterStride: usize,
): void {
  let o = 0;
  for (; o + 8 <= outChannels; o += 8) {
    const at = (<usize>o) << 2;
    let i = 0;
    for (; i + 4 <= inChannels; i += 4) {
      const from = (<usize>i) << 2;
      const to = dFilter + <usize>i * filterStride + at;
      addTile(4, 2, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    }
    const from = (<usize>i) << 2;
    const to = dFilter + <usize>i * filterStride + at;
    const rest = inChannels - i;
    if (rest == 3) {
      addTile(3, 2, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    } else if (rest == 2) {
      addTile(2, 2, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    } else if (rest == 1) {
      addTile(1, 2, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    }
  }
  for (; o + 4 <= outChannels; o += 4) {
    const at = (<usize>o) << 2;
    let i = 0;
    for (; i + 4 <= inChannels; i += 4) {
      const from = (<usize>i) << 2;
      const to = dFilter + <usize>i * filterStride + at;
      addTile(4, 1, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    }
    for (; i < inChannels; i++) {
      const from = (<usize>i) << 2;
      const to = dFilter + <usize>i * filterStride + at;
      addTile(1, 1, x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow, filterStride);
    }
  }
  for (; o < outChannels; o++) {
    const at = (<usize>o) << 2;
    for (let i = 0; i < inChannels; i++) {
      const from = (<usize>i) << 2;
      const to = dFilter + <usize>i * filterStride + at;
      addOne(x + from, dy + at, to, rows, columns, xStep, xRow, dyStep, dyRow);
    }
  }
}

/**
 * A tile of `height` (1 to 4) input channels by `vectors` (1 or 2) times four output channels.
 * Inlined with both constant, so that what a smaller tile does not use is compiled away.
 */
// @ts-expect-error: decorator
@inline
function addTile(
  height: i32,
  vectors: i32,
  x: usize,
  dy: usize,
  dFilter: usize,
  rows: i32,
  columns: i32,
  xStep: usize,
  xRow: usize,
  dyStep: usize,
  dyRow: usize,
  filterStride: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  for (let row = 0; row < rows; row++) {
    let px = x;
    let py = dy;
    for (let column = 0; column < columns; column++) {
      const g = v128.load(py);
      const x0 = v128.load_splat<f32>(px);
      a0 = f32x4.add(a0, f32x4.mul(x0, g));
      if (vectors == 2) {
        const h = v128.load(py, 16);
        b0 = f32x4.add(b0, f32x4.mul(x0, h));
        if (height > 1) b1 = f32x4.add(b1, f32x4.mul(v128.load_splat<f32>(px, 4), h));
        if (height > 2) b2 = f32x4.add(b2, f32x4.mul(v128.load_splat<f32>(px, 8), h));
        if (height > 3) b3 = f32x4.add(b3, f32x4.mul(v128.load_splat<f32>(px, 12), h));
      }
      if (height > 1) a1 = f32x4.add(a1, f32x4.mul(v128.load_splat<f32>(px, 4), g));
      if (height > 2) a2 = f32x4.add(a2, f32x4.mul(v128.load_splat<f32>(px, 8), g));
      if (height > 3) a3 = f32x4.add(a3, f32x4.mul(v128.load_splat<f32>(px, 12), g));
      px += xStep;
      py += dyStep;
    }
    x += xRow;
    dy += dyRow;
  }
  addRow(vectors, dFilter, a0, b0);
  if (height > 1) addRow(vectors, dFilter + filterStride, a1, b1);
  if (height > 2) addRow(vectors, dFilter + 2 * filterStride, a2, b2);
  if (height > 3) addRow(vectors, dFilter + 3 * filterStride, a3, b3);
}

// @ts-expect-error: decorator
@inline
function addRow(vectors: i32, to: usize, a: v128, b: v128): void {
  v128.store(to, f32x4.add(v128.load(to), a));
  if (vectors == 2) v128.store(to, f32x4.add(v128.load(to, 16), b), 16);
}

/** One input channel with one output channel. */
function addOne(
  x: usize,
  dy: usize,
  dFilter: usize,
  rows: i32,
  columns: i32,
  xStep: usize,
  xRow: usize,
  dyStep: usize,
  dyRow: usize,
): void {
  let sum: f32 = 0;
  for (let row = 0; row < rows; row++) {
    let px = x;
    let py = dy;
    for (let column = 0; column < columns; column++) {
      sum += load<f32>(px) * load<f32>(py);
      px += xStep;
      py += dyStep;
    }
    x += xRow;
    dy += dyRow;
  }
  store<f32>(dFilter, load<f32>(dFilter) + sum);
}
