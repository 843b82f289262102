import * as tf from '@tensorflow/tfjs-core';

import type {
  AdamwSettings,
  AdamwSlot,
  MovingAverage,
  SgdSettings,
  SgdSlot,
} from '../../primitives.ts';
import { composed } from '../reference/index.ts';
import { flag, integer, type } from './attributes.ts';
import { execute, tensorflow, type Attribute, type Operand } from './backend.ts';
import { scalar } from './constants.ts';
import { updateTogether } from './multi-tensor.ts';
import { hasOwnOperations } from './own-operations.ts';
import { withResources } from './resources.ts';

// All parameters are done together by an operation of our own, where there is one. Without it one after
// the other, in place on TensorFlow's resources: few passes over parameter, state and gradient instead
// of one per arithmetic operation with a fresh buffer each.

/** Hands `use` the handles of float32 scalars that live as long as the call. */
function withScalars<const V extends readonly number[], R>(
  values: V,
  use: (scalars: { readonly [K in keyof V]: number }) => R,
): R {
  const { binding } = tensorflow();
  const scalars = values.map((value) =>
    binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)),
  );
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- map keeps the length
    return use(scalars as unknown as { readonly [K in keyof V]: number });
  } finally {
    for (const handle of scalars) binding.deleteTensor(handle);
  }
}

function apply(
  name: string,
  resources: readonly number[],
  operands: readonly Operand[],
  attributes: readonly Attribute[] = [],
): void {
  execute(name, [type('T', 'float32'), ...attributes], [...resources, ...operands], 0);
}

/**
 * The gradient with the penalty in it. With plain momentum `addDecay` does it without a copy of
 * the parameter's size.
 */
function decayed({ parameter, gradient, weightDecay }: SgdSlot): tf.Tensor {
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

export function sgdUpdate(slots: readonly SgdSlot[], settings: SgdSettings): void {
  const { learningRate, momentum, nesterov } = settings;
  if (hasOwnOperations() && slots.every((slot) => slot.momentum !== undefined)) {
    const updates = slots.map((slot) => ({
      own: slot.weightDecay,
      gradient: slot.gradient,
      variables: [slot.parameter, slot.momentum!],
    }));
    return updateTogether('ResnetSgd', [learningRate, momentum, nesterov ? 1 : 0], updates);
  }
  const attributes = [flag('use_nesterov', nesterov)];
  withScalars([learningRate, momentum], ([rate, inertia]) => {
    withResources(2, ([first, second], lend) => {
      for (const slot of slots) {
        const { parameter, gradient, momentum: velocity, weightDecay } = slot;
        if (velocity === undefined) {
          const direction = decayed(slot);
          lend([parameter], () => {
            apply('ResourceApplyGradientDescent', [first!], [rate, direction]);
          });
          tf.dispose(direction);
        } else if (nesterov || momentum === 0) {
          const direction = decayed(slot);
          lend([parameter, velocity], () => {
            const operands = [rate, direction, inertia];
            apply('ResourceApplyMomentum', [first!, second!], operands, attributes);
          });
          tf.dispose(direction);
        } else {
          lend([parameter, velocity], () => {
            if (weightDecay !== 0) addDecay(first!, second!, weightDecay / momentum);
            const operands = [rate, gradient, inertia];
            apply('ResourceApplyMomentum', [first!, second!], operands, attributes);
          });
        }
      }
    });
  });
}

export function adamwUpdate(slots: readonly AdamwSlot[], settings: AdamwSettings): void {
  const { learningRate, beta1, beta2, epsilon, step } = settings;
  const stepSize = learningRate / (1 - beta1 ** step);
  const correction = Math.sqrt(1 - beta2 ** step);
  if (hasOwnOperations()) {
    const factors = [stepSize, beta1, 1 - beta1, beta2, 1 - beta2, correction, epsilon];
    const updates = slots.map((slot) => ({
      own: 1 - learningRate * slot.weightDecay,
      gradient: slot.gradient,
      variables: [slot.parameter, slot.firstMoment, slot.secondMoment],
    }));
    return updateTogether('ResnetAdamw', factors, updates);
  }
  // TensorFlow adds epsilon before the bias correction, torch after it.
  const correctedEpsilon = epsilon * correction;
  const values = [
    beta1 ** step,
    beta2 ** step,
    learningRate,
    beta1,
    beta2,
    correctedEpsilon,
  ] as const;
  withScalars(values, (scalars) => {
    withResources(3, (handles, lend) => {
      for (const { parameter, gradient, firstMoment, secondMoment, weightDecay } of slots) {
        if (weightDecay !== 0) {
          tf.tidy(() => {
            parameter.assign(tf.mul(parameter, 1 - learningRate * weightDecay));
          });
        }
        lend([parameter, firstMoment, secondMoment], () => {
          apply('ResourceApplyAdam', handles, [...scalars, gradient]);
        });
      }
    });
  });
}

export function clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[] {
  if (!hasOwnOperations()) return composed.clipByGlobalNorm(gradients, maxNorm);
  const { length } = gradients;
  // Asked for as an operation of tfjs asks: what is not scaled shares its values from then on.
  const ids = tensorflow().getInputTensorIds(gradients);
  return withScalars([maxNorm], ([norm]) =>
    execute('ResnetClip', [integer('N', length)], [norm, ...ids], length),
  );
}

export function movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void {
  if (hasOwnOperations()) {
    const updates = pairs.map(({ average, value }) => ({
      own: 0,
      gradient: value,
      variables: [average],
    }));
    return updateTogether('ResnetMovingAverage', [weight], updates);
  }
  withScalars([weight], ([rate]) => {
    withResources(1, (handles, lend) => {
      for (const { average, value } of pairs) {
        const difference = tf.sub(average, value);
        lend([average], () => {
          apply('ResourceApplyGradientDescent', handles, [rate, difference]);
        });
        tf.dispose(difference);
      }
    });
  });
}
