import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';

import { runHereAndOnCpu, Sampler } from '../../../test/against-cpu.ts';
import type { Primitives } from '../../primitives.ts';
import { registerTensorflowKernels } from './index.ts';

// As on a TensorFlow that was loaded without @resnet/native, or on a graphics card.
vi.mock('./own-operations.ts', () => ({
  hasOwnOperations: () => false,
  hasOwnConvolutions: () => false,
}));

/** Variables belong to no scope: their values as tensors of the scope's, and the variables disposed. */
function valuesOf(variables: readonly tf.Variable[]): tf.Tensor[] {
  const values = variables.map((variable) => tf.mul(variable, 1));
  tf.dispose([...variables]);
  return values;
}

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  const sampler = new Sampler(5);
  const values = (shape: readonly number[]): Float32Array =>
    sampler.values(shape.reduce((a, b) => a * b, 1));
  const shape: [number, number, number, number] = [2, 6, 5, 7];
  const [x, dy] = [values(shape), values(shape)];
  const [scale, offset] = [values([7]), values([7])];
  const filter = values([3, 3, 16, 16]);
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
    [
      'a convolution and its gradients, of channels that operations of our own would take',
      (p) => {
        const geometry = { stride: 1, padding: 1, dilation: 1, groups: 1 };
        const wide = (data: Float32Array): tf.Tensor4D => tf.tensor4d(data, [2, 3, 2, 16]);
        const [input, upstream] = [x, dy].map((data) => wide(data.slice(0, 192)));
        const weights = tf.tensor4d(filter, [3, 3, 16, 16]);
        return [
          p.conv2d(input!, weights, geometry),
          p.conv2dInputGradient(upstream!, weights, input!.shape, geometry),
          p.conv2dFilterGradient(input!, upstream!, weights.shape, geometry),
        ];
      },
    ],
    ...[false, true].map((nesterov): [string, (p: Primitives) => tf.Tensor[]] => [
      `SGD, nesterov ${nesterov}`,
      (p) => {
        const [parameter, momentum] = [x, dy].map((data) => tf.variable(image(data)));
        const slot = { parameter: parameter!, momentum: momentum!, gradient: image(dy) };
        const settings = { learningRate: 0.1, momentum: 0.9, nesterov };
        p.sgdUpdate([{ ...slot, weightDecay: 0.01 }], settings);
        return valuesOf([parameter!, momentum!]);
      },
    ]),
    [
      'AdamW',
      (p) => {
        const [parameter, firstMoment] = [x, dy].map((data) => tf.variable(image(data)));
        const secondMoment = tf.variable(tf.square(image(dy)));
        const slot = { parameter: parameter!, firstMoment: firstMoment!, secondMoment };
        const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 3 };
        p.adamwUpdate([{ ...slot, gradient: image(dy), weightDecay: 0.01 }], settings);
        return valuesOf([parameter!, firstMoment!, secondMoment]);
      },
    ],
  ])('%s', async (_, call) => {
    const { here, onCpu } = await runHereAndOnCpu('tensorflow', call);
    expect(here).toBeAllClose(onCpu, { rtol: 2e-5, atol: 2e-5 });
  });
});
