// Rectifiers over flat arrays of `size` float32. NaN stays NaN, as in the other backends.

/** y = max(a + b, 0). */
export function addRelu(a: usize, b: usize, y: usize, size: i32): void {
  const zero = f32x4.splat(0);
  const vectors = size & ~3;
  let i = 0;
  for (; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    const sum = f32x4.add(v128.load(a + at), v128.load(b + at));
    v128.store(y + at, v128.andnot(sum, f32x4.lt(sum, zero)));
  }
  for (; i < size; i++) {
    const at = (<usize>i) << 2;
    const sum = load<f32>(a + at) + load<f32>(b + at);
    store<f32>(y + at, sum < 0 ? 0 : sum);
  }
}

/** dx = dy where y > 0, else 0; y is the rectifier's output (or its input: the sign is the same). */
export function reluGradient(dy: usize, y: usize, dx: usize, size: i32): void {
  const zero = f32x4.splat(0);
  const vectors = size & ~3;
  let i = 0;
  for (; i < vectors; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(y + at), zero)));
  }
  for (; i < size; i++) {
    const at = (<usize>i) << 2;
    store<f32>(dx + at, load<f32>(y + at) > 0 ? load<f32>(dy + at) : 0);
  }
}
