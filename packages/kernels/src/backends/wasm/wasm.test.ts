import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { runHereAndOnCpu, Sampler } from '../../../test/against-cpu.ts';
import { batchNorm, conv, optimisers, sampleConv } from '../../../test/cases.ts';
import { poolOutputSize, type Shape4D } from '../../geometry.ts';
import { registerWasmKernels } from './index.ts';
import { findSimd } from './simd.ts';
import { addReluKernels } from '../../ops/add-relu.ts';
import { batchNormInferenceKernels } from '../../ops/batch-norm-inference.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { conv2dKernels } from '../../ops/conv2d.ts';
import { globalAveragePoolKernels } from '../../ops/global-average-pool.ts';
import { maxPool2dKernels } from '../../ops/max-pool2d.ts';
import { reluKernels } from '../../ops/relu.ts';
import { sgdUpdate } from '../../ops/sgd-update.ts';

const sizes = { images: [1, 2, 5, 6, 7, 8, 9, 12, 14, 17], channels: [1, 2, 3, 4, 5, 8, 13, 16] };

/** Sums in another order. */
const tolerance = { rtol: 1e-4, atol: 2e-5 };

describeBackends(['wasm'], (backend) => {
  registerWasmKernels();

  it('runs the SIMD kernels here, so that the tests below test them', () => {
    expect(findSimd()).toBeDefined();
  });

  it('registers twice without harm', () => {
    const before = Object.keys(conv2dKernels.active());
    registerWasmKernels();
    expect(Object.keys(conv2dKernels.active())).toEqual(before);
  });

  it('clones without copying, and frees the values with the last clone', () => {
    findSimd();
    const before = tf.memory().numDataBuffers;
    const original = tf.tensor1d([1, 2]);
    const clone = tf.clone(original);
    expect(tf.memory().numDataBuffers - before).toBe(1);
    original.dispose();
    expect([...clone.dataSync()]).toEqual([1, 2]);
    clone.dispose();
    expect(tf.memory().numDataBuffers - before).toBe(0);
  });

  for (let seed = 0; seed < 120; seed++) {
    const sampler = new Sampler(seed);
    const convCase = sampleConv(sampler, sizes);
    const { x, filter, geometry } = convCase;
    it(`convolves [${x.join()}] by [${filter.join()}], ${JSON.stringify(geometry)}`, async () => {
      const { here, onCpu } = await runHereAndOnCpu(backend, conv(sampler, convCase));
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  it.each([
    { padding: 3, kernel: 1, stride: 1 },
    { padding: 3, kernel: 2, stride: 2 },
    { padding: 5, kernel: 1, stride: 3 },
  ])('takes more padding than the filter reaches: %o', async ({ padding, kernel, stride }) => {
    const x: Shape4D = [2, 3, 4, 5];
    const geometry = { padding, stride, dilation: 1, groups: 1 };
    const edge = (input: number) => Math.floor((input + 2 * padding - kernel) / stride) + 1;
    const y: Shape4D = [2, edge(3), edge(4), 6];
    const convCase = { x, filter: [kernel, kernel, 5, 6] as const, y, geometry };
    const { here, onCpu } = await runHereAndOnCpu(backend, conv(new Sampler(1), convCase));
    expect(here).toBeAllClose(onCpu, tolerance);
  });

  for (let seed = 0; seed < 40; seed++) {
    const sampler = new Sampler(seed);
    const shape: Shape4D = [
      sampler.pick([1, 2, 3]),
      sampler.pick([2, 5, 7]),
      sampler.pick([2, 4, 6]),
      sampler.pick([1, 2, 3, 4, 5, 7, 8, 16, 19]),
    ];
    const activation = sampler.pick(['none', 'relu'] as const);
    it(`normalises [${shape.join()}] with activation ${activation}`, async () => {
      const { here, onCpu } = await runHereAndOnCpu(
        backend,
        batchNorm(sampler, shape, { epsilon: 1e-5, activation }),
      );
      expect(here).toBeAllClose(onCpu, tolerance);
    });

    it(`rectifies and averages [${shape.join()}]`, async () => {
      const size = tf.util.sizeFromShape([...shape]);
      const [as, bs] = [sampler.values(size), sampler.values(size)];
      const { here, onCpu } = await runHereAndOnCpu(backend, () => {
        const a = tf.tensor4d(as, [...shape]);
        const b = tf.tensor4d(bs, [...shape]);
        const y = addReluKernels.active().forward(a, b);
        const means = globalAveragePoolKernels.active().forward(a);
        return [
          y,
          reluKernels.active().gradient(b, y),
          means,
          globalAveragePoolKernels.active().gradient(means, shape),
        ];
      });
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  for (let seed = 0; seed < 40; seed++) {
    const sampler = new Sampler(seed);
    const x: Shape4D = [
      sampler.pick([1, 3]),
      sampler.pick([5, 7, 8, 12]),
      sampler.pick([5, 6, 9]),
      sampler.pick([1, 3, 4, 5, 8]),
    ];
    const kernelSize = sampler.pick([1, 2, 3, 5]);
    const padding = sampler.integer(Math.floor(kernelSize / 2) + 1);
    const geometry = { kernelSize, padding, stride: sampler.pick([1, 2, 3]) };
    it(`pools [${x.join()}], ${JSON.stringify(geometry)}`, async () => {
      // Few different values, so that windows hold the same maximum twice.
      const xs = sampler
        .values(tf.util.sizeFromShape([...x]))
        .map((value) => Math.round(2 * value));
      const y: Shape4D = [
        x[0],
        poolOutputSize(x[1], geometry),
        poolOutputSize(x[2], geometry),
        x[3],
      ];
      const dys = sampler.values(tf.util.sizeFromShape([...y]));
      const { here, onCpu } = await runHereAndOnCpu(backend, () => {
        const image = tf.tensor4d(xs, [...x]);
        const output = maxPool2dKernels.active().forward(image, geometry);
        return [
          output,
          maxPool2dKernels.active().gradient(tf.tensor4d(dys, [...y]), image, output, geometry),
        ];
      });
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  it('keeps the variance of values far from zero', () => {
    tf.tidy(() => {
      // 10000 +- 0.5: float32 holds them exactly, their squares it does not.
      const x = tf.tensor4d([9999.5, 10000.5, 9999.5, 10000.5, 9999.5, 10000.5], [1, 2, 3, 1]);
      const one = tf.tensor1d([1]);
      const { variance, output } = batchNormTrainingKernels.active().forward(x, one, one, {
        epsilon: 1e-5,
        activation: 'none',
      });
      expect(variance.dataSync()).toBeAllClose([0.3], { rtol: 1e-6 });
      expect(output.dataSync()).toBeAllClose([0, 2, 0, 2, 0, 2], { atol: 1e-4 });
    });
  });

  it('lets NaN through, so that a diverged run shows', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([Number.NaN, 1, 2, 3, 4, 5], [1, 6, 1, 1]);
      const one = tf.tensor1d([1]);
      const settings = { epsilon: 1e-5, activation: 'relu' } as const;
      expect(addReluKernels.active().forward(x, x).dataSync()[0]).toBeNaN();
      expect(
        batchNormTrainingKernels.active().forward(x, one, one, settings).output.dataSync()[1],
      ).toBeNaN();
      expect(
        batchNormInferenceKernels.active().forward(x, one, one, one, one, settings).dataSync()[0],
      ).toBeNaN();
    });
  });

  for (const [name, size] of [
    ['a vector', 8],
    ['an odd size', 7],
    ['one value', 1],
  ] as const) {
    it(`updates ${name} as the reference implementations do`, async () => {
      const call = optimisers(new Sampler(size), size);
      const { here, onCpu } = await runHereAndOnCpu(backend, call);
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  it('updates a parameter without touching its copies, and convolves with the new values', () => {
    const filter = tf.variable(tf.ones<tf.Rank.R4>([1, 1, 1, 1]));
    const snapshot = tf.clone(filter);
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R4>([1, 2, 2, 1]);
      const geometry = { stride: 1, padding: 0, dilation: 1, groups: 1 };
      const before = conv2dKernels.active().forward(x, filter, geometry);
      const gradient = tf.ones([1, 1, 1, 1]);
      sgdUpdate([{ parameter: filter, gradient, weightDecay: 0 }], {
        learningRate: 0.5,
        momentum: 0,
        nesterov: false,
      });
      const after = conv2dKernels.active().forward(x, filter, geometry);
      expect([...before.dataSync()]).toEqual([1, 1, 1, 1]);
      expect([...after.dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5]);
      expect([...snapshot.dataSync()]).toEqual([1]);
    });
    tf.dispose([filter, snapshot]);
  });
});
