import { flag, integers, text, type } from '../attributes.ts';
import { vector } from '../constants.ts';
import { perBackend } from '../per-backend.ts';

/**
 * Whether gradients of grouped convolutions exist here: in oneDNN (and cuDNN) they do, in
 * TensorFlow's own CPU kernels they do not. Which of the two runs depends on the CPU and on
 * TF_ENABLE_ONEDNN_OPTS, so it is tried out, once.
 */
export const hasGroupedGradients: () => boolean = perBackend(({ binding }) => {
  const attributes = [
    type('T', 'float32'),
    integers('strides', [1, 1, 1, 1]),
    text('padding', 'SAME'),
    text('data_format', 'NHWC'),
    flag('use_cudnn_on_gpu', true),
    integers('dilations', [1, 1, 1, 1]),
  ];
  const zeros = (shape: readonly number[], size: number): number =>
    binding.createTensor(shape, binding.TF_FLOAT, new Float32Array(size));
  const x = zeros([1, 4, 4, 4], 64);
  const filter = zeros([3, 3, 2, 4], 72);
  const results: number[] = [];
  try {
    const run = (name: string, inputs: readonly number[]): void => {
      results.push(binding.executeOp(name, attributes, inputs, 1)[0]!.id);
    };
    run('Conv2DBackpropInput', [vector([1, 4, 4, 4]), filter, x]);
    run('Conv2DBackpropFilter', [x, vector([3, 3, 2, 4]), x]);
    return true;
  } catch {
    return false;
  } finally {
    for (const handle of [x, filter, ...results]) binding.deleteTensor(handle);
  }
});
