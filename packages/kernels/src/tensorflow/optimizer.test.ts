import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { primitives } from '../registry.ts';
import { registerTensorflowKernels } from './index.ts';

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  /** Five steps; with `shared`, other tensors hold on to the data of each variable in between. */
  async function train(shared: boolean, nesterov: boolean): Promise<Float32Array> {
    const own = (seed: number): tf.Variable =>
      tf.tidy(() => tf.variable(tf.randomNormal([33, 7], 0, 1, 'float32', seed)));
    const parameter = own(1);
    const momentum = tf.tidy(() => tf.variable(tf.zeros([33, 7])));
    const held: tf.Tensor[] = [];
    for (let step = 0; step < 5; step++) {
      const gradient = tf.randomNormal([33, 7], 0, 1, 'float32', 10 + step);
      if (shared) held.push(tf.clone(parameter), tf.clone(momentum));
      primitives().sgdUpdate([{ parameter, gradient, momentum, weightDecay: 0.01 }], {
        learningRate: 0.1,
        momentum: 0.9,
        nesterov,
      });
      tf.dispose(gradient);
    }
    const result = Float32Array.from(await parameter.data());
    tf.dispose([parameter, momentum, held]);
    return result;
  }

  it.each([false, true])(
    'gives the same bits whoever shares the data (nesterov %s)',
    async (nesterov) => {
      const before = tf.memory().numTensors;
      const alone = await train(false, nesterov);
      expect(await train(true, nesterov)).toEqual(alone);
      expect(await train(false, nesterov)).toEqual(alone);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('updates every parameter of a step, small and large', async () => {
    const sizes = [1, 100_000, 65_536, 65_537, 5];
    const before = tf.memory().numTensors;
    const filled = (size: number, value: number): tf.Variable =>
      tf.tidy(() => tf.variable(tf.mul(tf.ones([size]), value)));
    const slots = sizes.map((size, i) => ({
      parameter: filled(size, i),
      momentum: filled(size, 1),
      gradient: filled(size, 2),
      weightDecay: i,
    }));
    primitives().sgdUpdate(slots, { learningRate: 0.5, momentum: 0.5, nesterov: false });
    for (const [i, { parameter, momentum, gradient }] of slots.entries()) {
      const velocity = 0.5 + 2 + i * i;
      for (const [variable, value] of [
        [momentum, velocity],
        [parameter, i - 0.5 * velocity],
      ] as const) {
        const values = await variable.data();
        expect(values.every((received) => received === value)).toBe(true);
      }
      tf.dispose([parameter, momentum, gradient]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the data back when an update fails', async () => {
    const parameter = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
    const gradient = tf.tensor1d([1, 2]);
    const slots = [{ parameter, gradient, weightDecay: 0 }];
    const settings = { learningRate: 0.1, momentum: 0, nesterov: false };
    expect(() => primitives().sgdUpdate(slots, settings)).toThrow('shape');
    expect(await parameter.data()).toBeAllClose([1, 2, 3]);
    tf.dispose([parameter, gradient]);
  });
});
