import { type } from './attributes.ts';
import { scalar } from './constants.ts';
import { perBackend } from './per-backend.ts';

/**
 * Whether TensorFlow has the operations of `@resnet/native` (`Resnet...`), which its addon brings:
 * batch norm with ReLU, max pooling and add with ReLU in fewer passes over memory, for processors.
 * Who loads tfjs-node otherwise has TensorFlow's own.
 */
export const hasOwnOperations: () => boolean = perBackend(({ binding }) => {
  // On a graphics card they would fetch every tensor to the processor.
  if (binding.isUsingGpuDevice()) return false;
  try {
    // The last that the addon defines: with it all are there.
    const operands = [scalar(1), scalar(1)];
    const [sum] = binding.executeOp('ResnetAddRelu', [type('T', 'float32')], operands, 1);
    binding.deleteTensor(sum!.id);
    return true;
  } catch {
    return false;
  }
});
