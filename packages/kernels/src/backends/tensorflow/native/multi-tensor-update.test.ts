import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { registerTensorflowKernels } from '../index.ts';
import { adamwUpdate } from '../../../ops/adamw-update.ts';
import { clipByGlobalNorm } from '../../../ops/clip-by-global-norm.ts';
import { movingAverageUpdate } from '../../../ops/moving-average-update.ts';
import { sgdUpdate } from '../../../ops/sgd-update.ts';

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  /** The bytes of a tensor's values now. */
  const bits = (tensor: tf.Tensor): Uint8Array =>
    new Uint8Array(tensor.dataSync<'float32'>().slice().buffer);

  /** What else may have a variable's values between two steps. */
  const holders = {
    nobody: () => [],
    'a clone': (variable) => [tf.clone(variable)],
    'a reshaped tensor': (variable) => [tf.reshape(variable, [-1])],
    // Of TensorFlow's operations that give their input's buffer as their output's.
    'a slice': (variable) => [tf.slice(variable, 0, 3)],
    'a tensor with one more axis': (variable) => [tf.expandDims(variable, 0)],
    // And of the native kernels, one that does.
    'what was short enough': (variable) => clipByGlobalNorm([variable], 1e9),
  } satisfies Record<string, (variable: tf.Variable) => tf.Tensor[]>;
  const optimizers = ['sgd', 'nesterov', 'adamw', 'average'] as const;

  /** Five steps. What holds on to the values of a variable is to see no change of them. */
  function train(
    optimizer: (typeof optimizers)[number],
    holder: keyof typeof holders,
    shape: [number, number],
  ): Uint8Array {
    const initial = tf.tidy(() => bits(tf.randomNormal(shape, 0, 1, 'float32', 1)));
    const memory = new Float32Array(initial.slice().buffer);
    const parameter = tf.tidy(() => tf.variable(tf.tensor2d(memory, shape)));
    const zeros = (): tf.Variable => tf.tidy(() => tf.variable(tf.zeros(shape)));
    const [first, second] = [zeros(), zeros()];
    const held: { tensor: tf.Tensor; values: Uint8Array }[] = [];
    for (let step = 1; step <= 5; step++) {
      const gradient = tf.randomNormal(shape, 0, 1, 'float32', 10 + step);
      for (const variable of [parameter, first, second]) {
        for (const tensor of holders[holder](variable)) {
          held.push({ tensor, values: bits(tensor) });
        }
      }
      const slot = { parameter, gradient, weightDecay: 0.01 };
      if (optimizer === 'adamw') {
        adamwUpdate([{ ...slot, expAvg: first, expAvgSq: second }], {
          learningRate: 0.1,
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-8,
          step,
        });
      } else if (optimizer === 'average') {
        movingAverageUpdate([{ average: parameter, value: gradient }], 0.1);
      } else {
        const nesterov = optimizer === 'nesterov';
        const settings = { learningRate: 0.1, momentum: 0.9, nesterov };
        sgdUpdate([{ ...slot, momentumBuffer: first }], settings);
      }
      tf.dispose(gradient);
    }
    for (const { tensor, values } of held) {
      expect(Buffer.compare(bits(tensor), values)).toBe(0);
      tensor.dispose();
    }
    // TensorFlow may use the memory that a tensor is made of as it is.
    expect(Buffer.compare(new Uint8Array(memory.buffer), initial)).toBe(0);
    const result = bits(parameter);
    tf.dispose([parameter, first, second]);
    return result;
  }

  it.each(
    optimizers.flatMap((optimizer) =>
      (
        [
          [33, 7],
          [300, 250],
        ] as const
      ).map(([rows, columns]) => ({ optimizer, rows, columns })),
    ),
  )(
    'of $optimizer gives [$rows, $columns] the same bits whoever shares the values, who see no change',
    ({ optimizer, rows, columns }) => {
      const before = tf.memory().numTensors;
      const alone = train(optimizer, 'nobody', [rows, columns]);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of an object without others
      for (const holder of Object.keys(holders) as (keyof typeof holders)[]) {
        const shared = train(optimizer, holder, [rows, columns]);
        expect({ holder, isSame: Buffer.compare(shared, alone) === 0 }).toEqual({
          holder,
          isSame: true,
        });
      }
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
      momentumBuffer: filled(size, 1),
      gradient: filled(size, 2),
      weightDecay: i,
    }));
    sgdUpdate(slots, { learningRate: 0.5, momentum: 0.5, nesterov: false });
    for (const [i, { parameter, momentumBuffer, gradient }] of slots.entries()) {
      const next = 0.5 + 2 + i * i;
      for (const [variable, value] of [
        [momentumBuffer, next],
        [parameter, i - 0.5 * next],
      ] as const) {
        const values = await variable.data();
        expect(values.every((received) => received === value)).toBe(true);
      }
      tf.dispose([parameter, momentumBuffer, gradient]);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the data back when an update fails', async () => {
    const parameter = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
    const gradient = tf.tensor1d([1, 2]);
    const slots = [{ parameter, gradient, weightDecay: 0 }];
    const settings = { learningRate: 0.1, momentum: 0, nesterov: false };
    expect(() => sgdUpdate(slots, settings)).toThrow('shape');
    expect(await parameter.data()).toBeAllClose([1, 2, 3]);
    tf.dispose([parameter, gradient]);
  });
});
