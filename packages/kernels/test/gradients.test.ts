import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { addBias, multiplyConstant } from '../src/index.ts';
import { affine } from '../src/ops/affine.ts';
import { concat } from '../src/ops/concat.ts';
import { globalMaxPool } from '../src/ops/global-max-pool.ts';
import { multiplyChannels } from '../src/ops/multiply-channels.ts';
import { sampled, Sampler } from './against-cpu.ts';

/* oxlint-disable typescript/no-unsafe-type-assertion -- each case knows the ranks of its inputs */
type Op = (inputs: readonly tf.Tensor[]) => tf.Tensor;

const cases: readonly (readonly [name: string, shapes: readonly number[][], op: Op])[] = [
  ['addBias', [[2, 3, 3, 4], [4]], ([x, b]) => addBias(x as tf.Tensor4D, b as tf.Tensor1D)],
  ['affine', [[2, 3]], ([x]) => affine(x!, -0.5, 2)],
  [
    'concat',
    [
      [2, 3],
      [2, 4],
    ],
    ([a, b]) => concat(a as tf.Tensor2D, b as tf.Tensor2D),
  ],
  ['globalMaxPool', [[2, 3, 3, 4]], ([x]) => globalMaxPool(x as tf.Tensor4D)],
  [
    'multiplyChannels',
    [
      [2, 3, 3, 4],
      [2, 4],
    ],
    ([x, weight]) => multiplyChannels(x as tf.Tensor4D, weight as tf.Tensor2D),
  ],
  [
    'multiplyConstant',
    [[2, 3, 3, 4]],
    ([x]) => multiplyConstant(x!, tf.tensor4d([0, 2], [2, 1, 1, 1])),
  ],
];

describeBackends(['cpu', 'wasm', 'tensorflow'], () => {
  it.each(cases)(
    '%s has the gradients that differences show, and leaves nothing',
    (_, shapes, op) => {
      const before = tf.memory().numTensors;
      const sampler = new Sampler(7);
      const inputs = shapes.map((shape) => sampled(sampler, shape));
      const dy = tf.tidy(() => sampled(sampler, op(inputs).shape));
      const gradients = tf.grads((...given: tf.Tensor[]) => op(given))(inputs, dy);
      inputs.forEach((input, which) => {
        const values = [...input.dataSync()];
        const lossAt = (i: number, value: number): number =>
          tf.tidy(() => {
            const moved = tf.tensor(values.with(i, value), input.shape);
            return tf.sum(tf.mul(op(inputs.with(which, moved)), dy)).dataSync()[0]!;
          });
        // The ops are linear in each element near it, so a difference is exact but for rounding.
        const step = 2 ** -9;
        const expected = values.map(
          (value, i) => (lossAt(i, value + step) - lossAt(i, value - step)) / (2 * step),
        );
        expect(gradients[which]!.dataSync()).toBeAllClose(Float32Array.from(expected), {
          rtol: 1e-3,
          atol: 1e-3,
        });
      });
      tf.dispose([...inputs, ...gradients, dy]);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
