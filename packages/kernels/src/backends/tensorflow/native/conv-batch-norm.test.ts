import { describeBackends, startBackend } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { convBatchNormTraining, type ConvBatchNorm } from '../../../index.ts';
import { registerTensorflowKernels } from '../index.ts';
import { convBatchNormKernels } from '../../../ops/conv-batch-norm.ts';

type Wiring = Omit<ConvBatchNorm, 'filter' | 'scale' | 'offset' | 'epsilon'> & {
  readonly kernel: number;
  readonly channels: number;
};

interface Case {
  readonly what: string;
  readonly x: [number, number, number, number];
  readonly blocks: readonly Wiring[];
}

const relu = { activation: 'relu' } as const;

/** Around the sizes of the convolutions' panels, tiles and blocks; sums in place of what is added. */
const cases: readonly Case[] = [
  {
    what: 'a basic block, by tiles',
    x: [2, 20, 18, 32],
    blocks: [
      { kernel: 3, channels: 32, padding: 1, input: 0, ...relu },
      { kernel: 3, channels: 32, padding: 1, input: 1, addend: 0, ...relu },
    ],
  },
  {
    what: 'a basic block of small images and many channels',
    x: [2, 3, 3, 272],
    blocks: [
      { kernel: 3, channels: 272, padding: 1, input: 0, ...relu },
      { kernel: 3, channels: 272, padding: 1, input: 1, addend: 0, ...relu },
    ],
  },
  {
    what: 'a bottleneck with a projection',
    x: [2, 11, 9, 48],
    blocks: [
      { kernel: 1, channels: 16, input: 0, ...relu },
      { kernel: 3, channels: 16, stride: 2, padding: 1, input: 1, ...relu },
      { kernel: 1, channels: 64, stride: 2, input: 0 },
      { kernel: 1, channels: 64, input: 2, addend: 3, ...relu },
    ],
  },
  {
    what: 'a projection before the rest, of few pixels',
    x: [3, 7, 7, 528],
    blocks: [
      { kernel: 1, channels: 16, stride: 2, input: 0 },
      { kernel: 3, channels: 16, stride: 2, padding: 1, input: 0, ...relu },
      { kernel: 3, channels: 16, padding: 1, input: 2, addend: 1, ...relu },
    ],
  },
  {
    what: 'sums that go on, to two blocks and a sum',
    x: [2, 6, 5, 16],
    blocks: [
      { kernel: 3, channels: 16, padding: 1, input: 0, addend: 0, ...relu },
      { kernel: 1, channels: 16, input: 1, ...relu },
      { kernel: 3, channels: 16, padding: 1, input: 2, addend: 1, ...relu },
    ],
  },
  {
    what: 'one block, of an image',
    x: [2, 15, 16, 3],
    blocks: [{ kernel: 7, channels: 32, stride: 2, padding: 3, input: 0, ...relu }],
  },
];

function normal(shape: number[], std: number, seed: number): tf.Tensor {
  return tf.randomNormal(shape, 0, std, 'float32', seed);
}

/** Output, statistics, and the gradients by x and all parameters; each brought to about 1. */
async function valuesOf({ x, blocks }: Case): Promise<Float32Array[]> {
  const results = tf.tidy(() => {
    const image = normal(x, 1, 1);
    const sizes = [x[3]];
    const parameters = blocks.flatMap(({ kernel, channels, input }, i) => {
      const from = sizes[input]!;
      sizes.push(channels);
      return [
        normal([kernel, kernel, from, channels], Math.sqrt(2 / (kernel * kernel * from)), 10 + i),
        tf.add(normal([channels], 0.1, 20 + i), 1),
        normal([channels], 0.1, 30 + i),
      ];
    });
    const run = (input: tf.Tensor, given: readonly tf.Tensor[]) =>
      convBatchNormTraining(
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as it was made
        input as tf.Tensor4D,
        blocks.map((block, i) => {
          // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- ranks as made
          const [filter, scale, offset] = given.slice(3 * i) as any[];
          return { ...block, epsilon: 1e-5, filter, scale, offset };
        }),
      );
    const { output, statistics } = run(image, parameters);
    const dy = normal(output.shape, 1, 2);
    const gradients = tf.grads((input, ...rest) => run(input, rest).output)(
      [image, ...parameters],
      dy,
    );
    const scaled = gradients.map((gradient) => {
      const size = tf.sqrt(tf.mean(tf.square(gradient)));
      return [tf.div(gradient, size), size];
    });
    return [output, ...statistics.flatMap((each) => [each.mean, each.variance]), ...scaled.flat()];
  });
  const values = await Promise.all(results.map((tensor) => tensor.data<'float32'>()));
  tf.dispose(results);
  return values;
}

/** The same by the reference implementations. */
async function expectedOf(given: Case): Promise<Float32Array[]> {
  await startBackend('cpu');
  await tf.setBackend('cpu');
  try {
    return await valuesOf(given);
  } finally {
    await tf.setBackend('tensorflow');
  }
}

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  it.each(cases)('$what: as the operations one by one, and all gradients', async (given) => {
    const geometry = { stride: 1, padding: 0, dilation: 1, groups: 1 };
    const isFused = (outChannels: number): boolean =>
      convBatchNormKernels.active().fuse([
        {
          filterShape: [1, 1, 16, outChannels],
          geometry,
          settings: { epsilon: 1e-5, activation: 'none' },
          input: 0,
          addend: undefined,
        },
      ]) !== undefined;
    // So that there is something to test; and not what the native kernel has no panel for.
    expect([isFused(16), isFused(8)]).toEqual([true, false]);

    const expected = await expectedOf(given);
    const before = tf.memory().numTensors;
    const received = await valuesOf(given);
    expect(tf.memory().numTensors).toBe(before);
    for (const [i, values] of received.entries()) {
      expect(values, `result ${i}`).toBeAllClose(expected[i]!, { rtol: 1e-4, atol: 1e-3 });
    }
  });

  describe('in bfloat16', () => {
    beforeAll(() => registerTensorflowKernels({ precision: 'bfloat16' }));
    afterAll(() => registerTensorflowKernels());

    it.each(cases)('$what: no further from float32 than one by one', async (given) => {
      const expected = await expectedOf(given);
      const together = await valuesOf(given);
      convBatchNormKernels.register('tensorflow', convBatchNormKernels.reference);
      const oneByOne = await valuesOf(given);
      registerTensorflowKernels({ precision: 'bfloat16' });
      /** Of all results together, each by its own size. */
      const errorOf = (results: readonly Float32Array[]): number => {
        const squares = results.map((values, i) => {
          const exact = expected[i]!;
          const sum = values.reduce((all, value, j) => all + (value - exact[j]!) ** 2, 0);
          return sum / exact.reduce((all, value) => all + value ** 2, 0);
        });
        return Math.sqrt(squares.reduce((all, value) => all + value, 0) / squares.length);
      };
      expect(errorOf(together)).toBeLessThan(1.25 * errorOf(oneByOne));
      expect(errorOf(together)).toBeLessThan(0.06);
    });
  });
});
