import type * as tf from '@tensorflow/tfjs-core';

/**
 * Gives the variable its new value, which it then owns. Optimisers write new values to new memory,
 * although a variable could be written over: tensors that share its data (a clone, the value it was
 * made from) must not change, and tfjs's convolution keeps filters repacked under the id of their
 * data.
 */
export function replaceVariable(variable: tf.Variable, value: tf.Tensor): void {
  variable.assign(value);
  value.dispose();
}
