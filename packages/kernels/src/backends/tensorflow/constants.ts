import { tensorflow } from './backend.ts';
import { perBackend } from './per-backend.ts';

const handles = perBackend(() => new Map<string, number>());

/**
 * The handle of a constant, made once and kept, outside of tfjs's own count of tensors. A net has
 * few of them: the shapes and paddings that TensorFlow's operations take as inputs.
 */
export function constant(shape: readonly number[], values: Float32Array | Int32Array): number {
  const cache = handles();
  const { binding } = tensorflow();
  const { TF_FLOAT, TF_INT32 } = binding;
  const dtype = values instanceof Float32Array ? TF_FLOAT : TF_INT32;
  const key = `${dtype}:${shape.join()}:${values.join()}`;
  let handle = cache.get(key);
  if (handle === undefined) {
    handle = binding.createTensor(shape, dtype, values);
    cache.set(key, handle);
  }
  return handle;
}

/** A vector of whole numbers, such as a shape. */
export function vector(values: readonly number[]): number {
  return constant([values.length], Int32Array.from(values));
}

/** Paddings `[4, 2]` that add `size` pixels on each side of height and width. */
export function paddings(size: number): number {
  return constant([4, 2], Int32Array.of(0, 0, size, size, size, size, 0, 0));
}

/** A scalar, of those that do not change from step to step. */
export function scalar(value: number): number {
  return constant([], Float32Array.of(value));
}

/** A vector without elements: an input that an operation does not read. */
export function nothing(): number {
  return constant([0], new Float32Array(0));
}
