/* oxlint-disable typescript/no-unsafe-type-assertion -- a convolution has four axes */
import type { ParameterSpec } from './parameter-spec.ts';

/**
 * The one place where torch's layout meets ours. Convolutions: OIHW there, HWIO here. Linear
 * layers (and 1x1 convolutions of pooled maps): [out, in] or [out, in, 1, 1] there, [in, out]
 * here. Everything else is the same.
 */
export function tensorShape({ role, shape }: ParameterSpec): number[] {
  if (role === 'conv') {
    const [out, inner, height, width] = shape as [number, number, number, number];
    return [height, width, inner, out];
  }
  if (role === 'linear') return [shape[1]!, shape[0]!];
  return [...shape];
}

/** Torch's data in our layout: always a copy. */
export function fromTorchLayout(spec: ParameterSpec, data: Float32Array): Float32Array {
  if (!isTransposed(spec)) return data.slice();
  const result = new Float32Array(data.length);
  forEachPair(spec.shape, (torch, ours) => {
    result[ours] = data[torch]!;
  });
  return result;
}

/** Our data in torch's layout: always a copy. */
export function toTorchLayout(spec: ParameterSpec, data: Float32Array): Float32Array {
  if (!isTransposed(spec)) return data.slice();
  const result = new Float32Array(data.length);
  forEachPair(spec.shape, (torch, ours) => {
    result[torch] = data[ours]!;
  });
  return result;
}

function isTransposed({ role }: ParameterSpec): boolean {
  return role === 'conv' || role === 'linear';
}

/** Every element's place in torch's [O, I, H, W] (H = W = 1 if absent) and in our [H, W, I, O]. */
function forEachPair(
  [out, inner, height = 1, width = 1]: readonly number[],
  visit: (torch: number, ours: number) => void,
): void {
  const pixels = height * width;
  let torch = 0;
  for (let o = 0; o < out!; o++) {
    for (let i = 0; i < inner!; i++) {
      for (let p = 0; p < pixels; p++) visit(torch++, (p * inner! + i) * out! + o);
    }
  }
}
