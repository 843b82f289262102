import * as tf from '@tensorflow/tfjs-core';

import { checkInteger, checkRank } from '../geometry.ts';
import { differentiable } from '../tfjs/tape.ts';

/**
 * Zeros put before and after the channels of x `[N, H, W, C]`: the shortcut without parameters of
 * the CIFAR ResNets (option A of He et al. 2015), after `avgPool2d(x, { kernelSize: 1, stride })`
 * has taken every stride-th pixel.
 *
 * @throws KernelError if a count is negative or no whole number
 */
export function padChannels(x: tf.Tensor4D, before: number, after: number): tf.Tensor4D {
  checkRank('padChannels', 'x', x.shape, 4);
  checkInteger('padChannels', 'before', before, 0);
  checkInteger('padChannels', 'after', after, 0);
  const { shape } = x;
  const none: [number, number] = [0, 0];
  const [output] = differentiable({
    inputs: { x },
    forward: (): [tf.Tensor4D] => [tf.pad(x, [none, none, none, [before, after]])],
    backward: ([dy]) => ({ x: () => tf.slice(dy, [0, 0, 0, before], shape) }),
  });
  return output;
}
