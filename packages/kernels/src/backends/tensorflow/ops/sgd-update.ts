import * as tf from '@tensorflow/tfjs-core';

import type { SgdKernels, SgdParameter } from '../../../ops/sgd-update.ts';
import { flag, type } from '../attributes.ts';
import { tensorflow } from '../backend.ts';
import { scalar } from '../constants.ts';
import { withScalars } from '../scalars.ts';
import type { Implementation } from '../select.ts';
import { apply, withResources } from './resources.ts';

/**
 * The gradient with the penalty in it. With plain momentum `addDecay` does it without a copy of
 * the parameter's size.
 */
function decayed({ parameter, gradient, weightDecay }: SgdParameter): tf.Tensor {
  return weightDecay === 0
    ? tf.clone(gradient)
    : tf.tidy(() => tf.add(gradient, tf.mul(parameter, weightDecay)));
}

/**
 * `m += weightDecay / momentum * p`, in place: the step that follows, `momentum * m + g`, makes
 * it `momentum * m + weightDecay * p + g`.
 */
function addDecay(parameter: number, momentum: number, factor: number): void {
  const { binding } = tensorflow();
  const dtype = [type('dtype', 'float32')];
  const [value] = binding.executeOp('ReadVariableOp', dtype, [parameter], 1);
  // Gradient descent that goes up.
  apply('ResourceApplyGradientDescent', [momentum], [scalar(-factor), value!.id]);
  // Or the parameter, read by two, would be copied before the next write.
  binding.deleteTensor(value!.id);
}

/** One parameter after the other, in place on TensorFlow's resources. */
export const sgdUpdate: Implementation<SgdKernels> = {
  update: {
    run(parameters, { learningRate, momentum, nesterov }) {
      const attributes = [flag('use_nesterov', nesterov)];
      withScalars([learningRate, momentum], ([rate, momentumHandle]) => {
        withResources(2, ([first, second], borrow) => {
          for (const entry of parameters) {
            const { parameter, gradient, momentumBuffer, weightDecay } = entry;
            if (momentumBuffer === undefined) {
              const direction = decayed(entry);
              borrow([parameter], () => {
                apply('ResourceApplyGradientDescent', [first!], [rate, direction]);
              });
              tf.dispose(direction);
            } else if (nesterov || momentum === 0) {
              const direction = decayed(entry);
              borrow([parameter, momentumBuffer], () => {
                const operands = [rate, direction, momentumHandle];
                apply('ResourceApplyMomentum', [first!, second!], operands, attributes);
              });
              tf.dispose(direction);
            } else {
              borrow([parameter, momentumBuffer], () => {
                if (weightDecay !== 0) addDecay(first!, second!, weightDecay / momentum);
                const operands = [rate, gradient, momentumHandle];
                apply('ResourceApplyMomentum', [first!, second!], operands, attributes);
              });
            }
          }
        });
      });
    },
  },
};
