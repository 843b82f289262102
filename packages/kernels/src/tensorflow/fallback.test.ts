import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';

import { runHereAndOnCpu, Sampler } from '../../test/against-cpu.ts';
import type { Primitives } from '../primitives.ts';
import { registerTensorflowKernels } from './index.ts';

// As on a TensorFlow that was loaded without @resnet/native, or on a graphics card.
vi.mock('./own-operations.ts', () => ({ hasOwnOperations: () => false }));

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  const sampler = new Sampler(5);
  const values = (shape: readonly number[]): Float32Array =>
    sampler.values(shape.reduce((a, b) => a * b, 1));
  const shape: [number, number, number, number] = [2, 6, 5, 7];
  const [x, dy] = [values(shape), values(shape)];
  const [scale, offset] = [values([7]), values([7])];
  const image = (data: Float32Array): tf.Tensor4D => tf.tensor4d(data, shape);

  it.each<[string, (p: Primitives) => tf.Tensor[]]>([
    ...(['none', 'relu'] as const).map((activation): [string, (p: Primitives) => tf.Tensor[]] => [
      `batch norm, activation ${activation}`,
      (p) => {
        const settings = { epsilon: 1e-5, activation };
        const [input, factor] = [image(x), tf.tensor1d(scale)];
        const { output, mean, variance, saved } = p.batchNormTraining(
          input,
          factor,
          tf.tensor1d(offset),
          settings,
        );
        const kept = activation === 'relu' ? output : undefined;
        const gradients = p.batchNormGradient(image(dy), input, factor, saved, kept, settings);
        return [output, mean, variance, gradients.x, gradients.scale, gradients.offset];
      },
    ]),
    [
      'max pooling',
      (p) => {
        const geometry = { kernelSize: 3, stride: 2, padding: 1 };
        const input = image(x);
        const output = p.maxPool2d(input, geometry);
        return [output, p.maxPool2dGradient(tf.mul(output, 2), input, output, geometry)];
      },
    ],
    ['add with ReLU', (p) => [p.addRelu(image(x), image(dy))]],
  ])('%s', async (_, call) => {
    const { here, onCpu } = await runHereAndOnCpu('tensorflow', call);
    expect(here).toBeAllClose(onCpu, { rtol: 2e-5, atol: 2e-5 });
  });
});
