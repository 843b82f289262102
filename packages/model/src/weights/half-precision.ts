/** IEEE 754 binary16 and bfloat16 to and from binary32, rounding to nearest, ties to even. */

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return word[0]!;
}

function floatOf(bits: number): number {
  word[0] = bits;
  return float[0]!;
}

/** Exact: every bfloat16 is a float32. */
export function bfloat16ToFloat32(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16;
  return result;
}

/** Exact: every float16 is a float32. On bits, as powers would take a hundred times as long. */
export function float16ToFloat32(source: Uint16Array): Float32Array {
  const result = new Float32Array(source.length);
  const bits = new Uint32Array(result.buffer);
  for (let i = 0; i < source.length; i++) {
    const half = source[i]!;
    const sign = (half & 0x8000) << 16;
    const magnitude = half & 0x7fff;
    if (magnitude < 0x0400) result[i] = (sign === 0 ? 1 : -1) * magnitude * 2 ** -24;
    else bits[i] = sign | ((magnitude << 13) + (magnitude < 0x7c00 ? 0x38000000 : 0x70000000));
  }
  return result;
}

/** Rounds to nearest, ties to even; a NaN stays one. */
export function float32ToBfloat16(source: Float32Array): Uint16Array {
  const result = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) {
    const bits = bitsOf(source[i]!);
    // Rounding would carry a NaN's fraction into its exponent and sign; keep it quiet instead.
    if (Number.isNaN(source[i])) result[i] = (bits >>> 16) | 0x40;
    else result[i] = (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  }
  return result;
}

/** Rounds to nearest, ties to even; past 65504 to infinity, as torch does. */
export function float32ToFloat16(source: Float32Array): Uint16Array {
  const result = new Uint16Array(source.length);
  for (let i = 0; i < source.length; i++) result[i] = toFloat16(source[i]!);
  return result;
}

function toFloat16(value: number): number {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on (half-way to the first number past the largest), it rounds to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 makes float32's own rounding place the last bit at 2^-24.
    return sign | (bitsOf(floatOf(magnitude) + 0.5) - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
