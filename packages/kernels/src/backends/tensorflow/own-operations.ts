import { integer, type } from './attributes.ts';
import type { Attribute, TensorflowBackend } from './backend.ts';
import { cast } from './bfloat16.ts';
import { constant, scalar } from './constants.ts';
import type { Executor } from './executor.ts';
import { perBackend } from './per-backend.ts';

/**
 * Whether TensorFlow has the operations of `@resnet/native` (`Resnet...`), which its addon brings:
 * batch norm with ReLU, max pooling, add with ReLU, clipping and steps of optimisers in fewer passes
 * over memory, for processors. Who loads tfjs-node otherwise has TensorFlow's own.
 */
export const hasOwnOperations: () => boolean = perBackend((backend) => {
  // The last that the addon always defines: with it all are there.
  return runs(backend, 'ResnetClip', [integer('N', 1)], [scalar(1), scalar(1)]);
});

const ownConvolutions = perBackend((backend) => ({
  float32: runsConvolutions(backend, 'float32'),
  bfloat16: runsConvolutions(backend, 'bfloat16'),
}));

/** Whether it also has the convolutions of a type, which it leaves out where oneDNN's are faster. */
export function hasOwnConvolutions(dtype: Executor['dtype']): boolean {
  return ownConvolutions()[dtype];
}

function runsConvolutions(backend: TensorflowBackend, dtype: Executor['dtype']): boolean {
  const window = ['height', 'width', 'stride'].map((name) => integer(name, 1));
  const attributes = [type('T', dtype), ...window, integer('padding', 0)];
  const pixel = constant([1, 1, 1, 16], new Float32Array(16));
  const given = dtype === 'float32' ? pixel : cast(backend, pixel, dtype);
  try {
    // The last of them.
    return runs(backend, 'ResnetFilterGrad', attributes, [given, given]);
  } finally {
    if (given !== pixel) backend.binding.deleteTensor(given);
  }
}

function runs(
  { binding }: TensorflowBackend,
  name: string,
  attributes: readonly Attribute[],
  inputs: readonly number[],
): boolean {
  // On a graphics card they would fetch every tensor to the processor.
  if (binding.isUsingGpuDevice()) return false;
  try {
    const [output] = binding.executeOp(name, attributes, inputs, 1);
    binding.deleteTensor(output!.id);
    return true;
  } catch {
    return false;
  }
}
