import * as tf from '@tensorflow/tfjs-core';

/**
 * Replaces one of tfjs's kernels on a backend by what `replacement` makes of it. Once for each kernel
 * and backend, after the backend's package has registered its own: the caller sees to it.
 */
export function replaceKernel(
  kernelName: string,
  backendName: string,
  replacement: (original: tf.KernelFunc) => tf.KernelFunc,
): void {
  const kernel = tf.getKernel(kernelName, backendName);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({ ...kernel, kernelFunc: replacement(kernel.kernelFunc) });
}
