import * as tf from '@tensorflow/tfjs-core';

import { checkInteger, checkRank } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * `count` rows of zeros put below x `[N, H, W, C]` and as many columns on its right: the padding
 * that TensorFlow's `SAME` adds to windows of an even size, which no symmetric padding can say.
 *
 * @throws KernelError if the count is negative or no whole number
 */
export function padEnd(x: tf.Tensor4D, count: number): tf.Tensor4D {
  checkRank('padEnd', 'x', x.shape, 4);
  checkInteger('padEnd', 'count', count, 0);
  const { shape } = x;
  const none: [number, number] = [0, 0];
  const end: [number, number] = [0, count];
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor4D] => [tf.pad(x, [none, end, end, none])],
    backward: ([dy]) => ({ x: () => tf.slice(dy, [0, 0, 0, 0], shape) }),
  });
  return output;
}
