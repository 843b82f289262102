import { type } from './attributes.ts';
import { tensorflow, type TensorflowBackend } from './backend.ts';
import { scalar } from './constants.ts';

const answers = new WeakMap<TensorflowBackend, boolean>();

/**
 * Whether TensorFlow has the operations of `@resnet/native` (`Resnet...`), which its addon brings:
 * batch norm with ReLU, max pooling and add with ReLU in fewer passes over memory, for processors.
 * Who loads tfjs-node otherwise has TensorFlow's own.
 */
export function hasOwnOperations(): boolean {
  const backend = tensorflow();
  let answer = answers.get(backend);
  if (answer === undefined) answers.set(backend, (answer = tryOut(backend)));
  return answer;
}

function tryOut({ binding }: TensorflowBackend): boolean {
  // On a graphics card they would fetch every tensor to the processor.
  if (binding.isUsingGpuDevice()) return false;
  try {
    const operands = [scalar(1), scalar(1)];
    const [sum] = binding.executeOp('ResnetAddRelu', [type('T', 'float32')], operands, 1);
    binding.deleteTensor(sum!.id);
    return true;
  } catch {
    return false;
  }
}
