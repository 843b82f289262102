import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { runHereAndOnCpu, Sampler } from '../../../test/against-cpu.ts';
import { batchNorm, conv, optimisers, sampleConv } from '../../../test/cases.ts';
import type { Shape4D } from '../../geometry.ts';
import { registerWebgpuKernels } from './index.ts';
import { splitDepth } from './implicit-gemm.ts';
import { addReluKernels } from '../../ops/add-relu.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { reluKernels } from '../../ops/relu.ts';

// Small: a software adapter runs them.
const sizes = { images: [1, 2, 5, 6, 7, 8], channels: [1, 2, 3, 4, 5, 8] };

/** Sums in another order, square roots and quotients of less than full precision. */
const tolerance = { rtol: 1e-4, atol: 5e-5 };

describeBackends(['webgpu'], (backend) => {
  registerWebgpuKernels();

  for (let seed = 0; seed < 20; seed++) {
    const sampler = new Sampler(seed);
    const convCase = sampleConv(sampler, sizes);
    const { x, filter, geometry } = convCase;
    it(`convolves [${x.join()}] by [${filter.join()}], ${JSON.stringify(geometry)}`, async () => {
      const { here, onCpu } = await runHereAndOnCpu(backend, conv(sampler, convCase));
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  it.each([
    // More rows and columns than a tile has, ends inside a tile, depth split in parts.
    { channels: 20, out: 40, size: 9, batch: 4, groups: 1, kernel: 3, stride: 1 },
    { channels: 36, out: 34, size: 12, batch: 2, groups: 2, kernel: 1, stride: 2 },
    { channels: 8, out: 8, size: 6, batch: 2, groups: 8, kernel: 3, stride: 2 },
  ])('convolves over several tiles: %o', async (options) => {
    const { channels, out, size, batch, groups, kernel, stride } = options;
    const padding = (kernel - 1) / 2;
    const edge = Math.floor((size + 2 * padding - kernel) / stride) + 1;
    const convCase = {
      x: [batch, size, size, channels] as const,
      filter: [kernel, kernel, channels / groups, out] as const,
      y: [batch, edge, edge, out] as const,
      geometry: { stride, padding, dilation: 1, groups },
    };
    const { here, onCpu } = await runHereAndOnCpu(backend, conv(new Sampler(1), convCase));
    expect(here).toBeAllClose(onCpu, tolerance);
  });

  it('splits a deep product, and a shallow or wide one not', () => {
    expect(splitDepth(32, 32, 1, 324)).toBe(2);
    expect(splitDepth(32, 32, 1, 100)).toBe(1);
    expect(splitDepth(4608, 512, 1, 100_000)).toBe(1);
  });

  for (let seed = 0; seed < 8; seed++) {
    const sampler = new Sampler(seed);
    const shape: Shape4D = [
      sampler.pick([1, 2, 3]),
      sampler.pick([2, 5, 7]),
      sampler.pick([2, 4, 6]),
      sampler.pick([1, 2, 3, 5, 8, 70]),
    ];
    const activation = sampler.pick(['none', 'relu'] as const);
    it(`normalises [${shape.join()}] with activation ${activation}`, async () => {
      const call = batchNorm(sampler, shape, { epsilon: 1e-5, activation });
      const { here, onCpu } = await runHereAndOnCpu(backend, call);
      expect(here).toBeAllClose(onCpu, tolerance);
    });
  }

  it('keeps the variance of values far from zero', async () => {
    const x = tf.tensor4d([9999.5, 10000.5, 9999.5, 10000.5, 9999.5, 10000.5], [1, 2, 3, 1]);
    const one = tf.tensor1d([1]);
    const settings = { epsilon: 1e-5, activation: 'none' } as const;
    const { output, mean, variance, saved } = batchNormTrainingKernels
      .active()
      .forward(x, one, one, settings);
    expect(await variance.data()).toBeAllClose([0.3], { rtol: 1e-3 });
    tf.dispose([x, one, output, mean, variance, ...saved]);
  });

  it('adds and rectifies, and takes the gradient', async () => {
    const sampler = new Sampler(7);
    const [as, bs] = [sampler.values(130), sampler.values(130)];
    const { here, onCpu } = await runHereAndOnCpu(backend, () => {
      const a = tf.tensor1d(as);
      const b = tf.tensor1d(bs);
      const y = addReluKernels.active().forward(a, b);
      return [y, reluKernels.active().gradient(b, y)];
    });
    expect(here).toBeAllClose(onCpu, tolerance);
  });

  it('updates as the reference implementations do', async () => {
    const call = optimisers(new Sampler(3), 70);
    const { here, onCpu } = await runHereAndOnCpu(backend, call);
    expect(here).toBeAllClose(onCpu, tolerance);
  });
});
