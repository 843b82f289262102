import { tensorflow } from './backend.ts';
import { perBackend } from './per-backend.ts';

/**
 * How many constants are held: more than a network's ops take, so that a step makes none again. A
 * schedule that changes a constant from step to step pushes out those that are no longer used.
 */
const capacity = 1024;

/** Handles by dtype, shape and values, the least recently used first. */
const caches = perBackend(() => new Map<string, number>());

/** How many constants the active backend holds. */
export function constantCount(): number {
  return caches().size;
}

/**
 * The handle of a constant, outside of tfjs's own count of tensors: the shapes and paddings that
 * TensorFlow's ops take as inputs. It is good for the op that it is made for; `capacity` other
 * constants later it may be gone.
 */
export function constant(shape: readonly number[], values: Float32Array | Int32Array): number {
  const handles = caches();
  const { binding } = tensorflow();
  const { TF_FLOAT, TF_INT32 } = binding;
  const dtype = values instanceof Float32Array ? TF_FLOAT : TF_INT32;
  const key = `${dtype}:${shape.join()}:${values.join()}`;
  const found = handles.get(key);
  if (found !== undefined) {
    // To the end of the order.
    handles.delete(key);
    handles.set(key, found);
    return found;
  }
  const handle = binding.createTensor(shape, dtype, values);
  handles.set(key, handle);
  if (handles.size > capacity) {
    const [oldest, old] = handles.entries().next().value!;
    handles.delete(oldest);
    binding.deleteTensor(old);
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

/** A scalar, of those that seldom change from step to step. */
export function scalar(value: number): number {
  return constant([], Float32Array.of(value));
}

/** A vector without elements: an input that an op does not read. */
export function nothing(): number {
  return constant([0], new Float32Array(0));
}
