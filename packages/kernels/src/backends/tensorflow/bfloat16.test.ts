import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  addRelu,
  batchNormTraining,
  conv2d,
  globalAveragePool,
  linear,
  maxPool2d,
  mean,
  softmaxCrossEntropy,
} from '../../index.ts';
import { registerTensorflowKernels } from './index.ts';
import { reluKernels } from '../../ops/relu.ts';
import { sgdUpdate } from '../../ops/sgd-update.ts';

const batch = 8;
const classes = 3;

/** Parameters of a stem and a residual block. */
function parameters(seed: number): tf.Variable[] {
  const normal = (shape: number[], std: number, i: number): tf.Variable =>
    tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, std, 'float32', seed + i)));
  const filled = (size: number, value: number): tf.Variable =>
    tf.tidy(() => tf.variable(tf.mul(tf.ones([size]), value)));
  return [
    normal([3, 3, 3, 16], 0.3, 1),
    filled(16, 1),
    filled(16, 0),
    normal([3, 3, 16, 16], 0.1, 2),
    filled(16, 1),
    filled(16, 0),
    normal([16, classes], 0.3, 3),
  ];
}

function loss(images: tf.Tensor4D, targets: tf.Tensor2D, parameterList: tf.Variable[]): tf.Scalar {
  // oxlint-disable-next-line typescript/no-explicit-any, typescript/no-unsafe-type-assertion -- ranks are those of `parameters`
  const [stem, scale1, offset1, filter, scale2, offset2, weight] = parameterList as any[];
  const norm = (x: tf.Tensor4D, scale: tf.Tensor1D, offset: tf.Tensor1D, relu: boolean) =>
    batchNormTraining(x, scale, offset, { epsilon: 1e-5, activation: relu ? 'relu' : 'none' })
      .output;
  const first = norm(conv2d(images, stem, { padding: 1 }), scale1, offset1, true);
  const pooled = maxPool2d(first, { kernelSize: 3, stride: 2, padding: 1 });
  const second = norm(conv2d(pooled, filter, { padding: 1 }), scale2, offset2, false);
  const features = globalAveragePool(addRelu(second, pooled));
  return mean(softmaxCrossEntropy(linear(features, weight), targets));
}

/** Images whose class is which channel is brightest, in noise. */
function examples(seed: number): { images: tf.Tensor4D; targets: tf.Tensor2D } {
  const labels = Array.from({ length: batch }, (_, i) => i % classes);
  const targets = tf.tensor2d(labels.map((l) => [0, 1, 2].map((k) => (k === l ? 1 : 0))));
  const images = tf.tidy(() =>
    tf.add<tf.Tensor4D>(
      tf.randomNormal<tf.Rank.R4>([batch, 12, 12, 3], 0, 1, 'float32', seed),
      tf.reshape(targets, [batch, 1, 1, classes]),
    ),
  );
  return { images, targets };
}

describeBackends(['tensorflow'], () => {
  describe('bfloat16', () => {
    beforeAll(() => registerTensorflowKernels({ precision: 'bfloat16' }));
    afterAll(() => registerTensorflowKernels());

    it('gives what tfjs reads, and whatever kernel takes, as float32', async () => {
      const x = tf.tensor4d([1.001, -2, 3, 0.3333], [1, 2, 2, 1]);
      const before = tf.memory().numTensors;
      const y = reluKernels.active().forward(x);
      // bfloat16 keeps 8 bits of mantissa.
      expect(await y.data()).toBeAllClose([1, 0, 3, 0.333984375], { rtol: 0, atol: 0 });
      const z = reluKernels.active().forward(x);
      const sum = tf.add(z, z);
      expect(await sum.data()).toBeAllClose([2, 0, 6, 0.66796875], { rtol: 0, atol: 0 });
      tf.dispose([y, z, sum]);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(x);
    });

    it('has gradients close to those of float32, and leaks nothing', async () => {
      const weights = parameters(1);
      const { images, targets } = examples(7);
      const gradientsIn = async (precision: 'float32' | 'bfloat16') => {
        registerTensorflowKernels({ precision });
        const before = tf.memory();
        const { value, grads } = tf.variableGrads(() => loss(images, targets, weights), weights);
        const results = await Promise.all(weights.map(({ name }) => grads[name]!.data()));
        const [cost] = await value.data();
        tf.dispose([value, grads]);
        expect(tf.memory().numTensors).toBe(before.numTensors);
        expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
        return { cost: cost!, results };
      };
      const exact = await gradientsIn('float32');
      const rounded = await gradientsIn('bfloat16');
      expect(rounded.cost).not.toBe(exact.cost);
      expect([rounded.cost]).toBeAllClose([exact.cost], { rtol: 0.02, atol: 0 });
      for (const [i, result] of rounded.results.entries()) {
        const reference = exact.results[i]!;
        const norm = Math.hypot(...reference);
        const error = Math.hypot(...result.map((x, j) => x - reference[j]!));
        expect(error / norm).toBeLessThan(0.08);
        expect(error / norm).toBeGreaterThan(0);
      }
      tf.dispose([weights, images, targets]);
    });

    it('learns as float32 does', async () => {
      const train = async (precision: 'float32' | 'bfloat16'): Promise<number> => {
        registerTensorflowKernels({ precision });
        const weights = parameters(3);
        let last = NaN;
        for (let step = 0; step < 30; step++) {
          const { images, targets } = examples(100 + step);
          const { value, grads } = tf.variableGrads(() => loss(images, targets, weights), weights);
          sgdUpdate(
            weights.map((parameter) => ({
              parameter,
              gradient: grads[parameter.name]!,
              weightDecay: 0,
            })),
            { learningRate: 0.2, momentum: 0, nesterov: false },
          );
          last = (await value.data())[0]!;
          tf.dispose([value, grads, images, targets]);
        }
        expect(weights.every(({ dtype }) => dtype === 'float32')).toBe(true);
        tf.dispose(weights);
        return last;
      };
      const exact = await train('float32');
      expect(exact).toBeLessThan(0.3);
      expect(Math.abs((await train('bfloat16')) - exact)).toBeLessThan(0.05);
    });
  });
});
