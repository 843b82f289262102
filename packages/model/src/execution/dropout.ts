import { multiplyConstant } from '@resnet/kernels';
import type { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

import { sizeOf } from '../weights/parameter-spec.ts';

/** Each element is 0 with probability `rate`, else x / (1 - rate): torch's `dropout`. */
export function dropout<T extends tf.Tensor>(x: T, rate: number, random: Random): T {
  return multiplyConstant(x, keepMask(x.shape, rate, random));
}

/**
 * Each example is 0 with probability `rate`, else x / (1 - rate): stochastic depth, arXiv
 * 1603.09382, scaled as timm's `drop_path` does.
 */
export function dropPath<T extends tf.Tensor>(x: T, rate: number, random: Random): T {
  const shape = x.shape.map((size, axis) => (axis === 0 ? size : 1));
  return multiplyConstant(x, keepMask(shape, rate, random));
}

function keepMask(shape: number[], rate: number, random: Random): tf.Tensor {
  const mask = Float32Array.from({ length: sizeOf(shape) }, () =>
    random.chance(rate) ? 0 : 1 / (1 - rate),
  );
  return tf.tensor(mask, shape);
}
