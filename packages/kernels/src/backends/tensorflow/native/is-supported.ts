import { integer, type } from '../attributes.ts';
import type { Attribute, TensorflowBackend } from '../backend.ts';
import { cast } from '../cast.ts';
import { constant, scalar } from '../constants.ts';
import type { Dtype } from '../executor.ts';
import { perBackend } from '../per-backend.ts';
import { opNames } from './op-names.ts';

/**
 * Whether TensorFlow has the custom ops of `@resnet/native`, which its addon registers: batch norm
 * with ReLU, max pooling, add with ReLU, clipping and steps of optimisers in fewer passes over
 * memory, for CPUs. A tfjs-node that was loaded otherwise has TensorFlow's ops alone.
 */
export const isSupported: () => boolean = perBackend((backend) =>
  // The last that the addon always registers: with it all are there.
  runs(backend, opNames.clip, [integer('N', 1)], [scalar(1), scalar(1)]),
);

const convolutions = perBackend((backend) => ({
  float32: runsConvolutions(backend, 'float32'),
  bfloat16: runsConvolutions(backend, 'bfloat16'),
}));

/** Whether it also has the convolutions of a dtype, which it leaves out where oneDNN's are faster. */
export function areConvolutionsSupported(dtype: Dtype): boolean {
  return convolutions()[dtype];
}

function runsConvolutions(backend: TensorflowBackend, dtype: Dtype): boolean {
  const window = ['height', 'width', 'stride'].map((name) => integer(name, 1));
  const attributes = [type('T', dtype), ...window, integer('padding', 0)];
  const pixel = constant([1, 1, 1, 16], new Float32Array(16));
  const given = dtype === 'float32' ? pixel : cast(backend, pixel, dtype);
  try {
    // The last of them.
    return runs(backend, opNames.conv2dFilterGradient, attributes, [given, given]);
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
  // On a GPU they would fetch every tensor to the CPU.
  if (binding.isUsingGpuDevice()) return false;
  try {
    const [output] = binding.executeOp(name, attributes, inputs, 1);
    binding.deleteTensor(output!.id);
    return true;
  } catch {
    return false;
  }
}
