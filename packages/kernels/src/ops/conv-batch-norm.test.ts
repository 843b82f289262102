import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { convBatchNormTraining, mean, type ConvBatchNorm } from '../index.ts';
import { registerTensorflowKernels } from '../backends/tensorflow/index.ts';

registerTensorflowKernels();

const channels = 16;

type TestBlock = ConvBatchNorm & { readonly filter: tf.Variable<tf.Rank.R4> };

/** A filter of 3x3 and the rest; variables, so that gradients can be taken by them. */
function block(wiring: Pick<ConvBatchNorm, 'input' | 'addend'>): TestBlock {
  return tf.tidy(() => ({
    epsilon: 1e-5,
    padding: 1,
    activation: 'relu' as const,
    ...wiring,
    filter: tf.variable(tf.randomNormal<tf.Rank.R4>([3, 3, channels, channels])),
    scale: tf.variable(tf.ones<tf.Rank.R1>([channels])),
    offset: tf.variable(tf.zeros<tf.Rank.R1>([channels])),
  }));
}

function disposeOf(blocks: readonly ConvBatchNorm[]): void {
  tf.dispose(blocks.map(({ filter, scale, offset }) => [filter, scale, offset]));
}

const image = (): tf.Tensor4D => tf.randomNormal([2, 5, 5, channels]);

describeBackends(['cpu', 'tensorflow'], () => {
  describe('convBatchNormTraining', () => {
    it('leaves nothing of what was not asked for: of one filter, of x, of no gradient', () => {
      const blocks = [block({ input: 0 }), block({ input: 1, addend: 0 })];
      const x = tf.tidy(() => tf.variable(image()));
      const before = tf.memory();
      const loss = (): tf.Scalar => mean(convBatchNormTraining(x, blocks).output);
      for (let step = 0; step < 3; step++) {
        for (const by of [blocks[0]!.filter, blocks[1]!.filter, x]) {
          const { value, grads } = tf.variableGrads(loss, [by]);
          expect(Object.keys(grads)).toEqual([by.name]);
          tf.dispose([value, grads]);
        }
        tf.tidy(() => {
          loss();
        });
        expect(tf.memory().numTensors).toBe(before.numTensors);
        expect(tf.memory().numBytes).toBe(before.numBytes);
      }
      disposeOf(blocks);
      x.dispose();
    });

    it('gives each block’s statistics, which the caller owns', async () => {
      const blocks = [block({ input: 0 }), block({ input: 1 })];
      const x = image();
      const before = tf.memory().numTensors;
      const { output, statistics } = convBatchNormTraining(x, blocks);
      expect(tf.memory().numTensors).toBe(before + 5);
      expect(statistics).toHaveLength(2);
      for (const { mean: average, variance } of statistics) {
        expect(average.shape).toEqual([channels]);
        // Of 16 channels times 9 taps of variance 1, less at the edges.
        expect(Math.min(...(await variance.data()))).toBeGreaterThan(1);
      }
      tf.dispose([output, ...statistics.map((each) => [each.mean, each.variance])]);
      disposeOf(blocks);
      x.dispose();
    });

    it.each<[string, Partial<ConvBatchNorm>[], RegExp]>([
      ['no block', [], /one conv-BN block at least/],
      ['a value that comes later', [{ input: 1 }], /block 0 to take a value up to 0, received 1/],
      ['a value that is none', [{ input: 0.5 }], /integer >= 0, received 0.5/],
      ['an addend without ReLU', [{ addend: 0, activation: 'none' }], /'relu' with an addend/],
      ['an addend of another shape', [{ addend: 0, stride: 2 }], /addend/],
      ['a block that none takes', [{}, {}], /takes the output of block 0, received none/],
      ['one value a channel', [{ stride: 9 }], /more than one value per channel/],
      ['groups that do not divide', [{ groups: 3 }], /groups/],
    ])('refuses %s', (_, given, message) => {
      const blocks = given.map((options) => ({ ...block({ input: 0 }), ...options }));
      const x = tf.zeros<tf.Rank.R4>([1, 5, 5, channels]);
      const before = tf.memory().numTensors;
      expect(() => convBatchNormTraining(x, blocks)).toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
      disposeOf(blocks);
      x.dispose();
    });
  });
});
