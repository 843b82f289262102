import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it, vi } from 'vitest';

import { runHereAndOnCpu, Sampler } from '../../../test/against-cpu.ts';
import { registerTensorflowKernels } from './index.ts';
import { adamwUpdate } from '../../ops/adamw-update.ts';
import { addReluKernels } from '../../ops/add-relu.ts';
import { batchNormTrainingKernels } from '../../ops/batch-norm-training.ts';
import { conv2dKernels } from '../../ops/conv2d.ts';
import { maxPool2dKernels } from '../../ops/max-pool2d.ts';
import { sgdUpdate } from '../../ops/sgd-update.ts';

// As on a TensorFlow that was loaded without @resnet/native, or on a GPU.
vi.mock('./native/is-supported.ts', () => ({
  isSupported: () => false,
  areConvolutionsSupported: () => false,
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

  it.each<[string, () => tf.Tensor[]]>([
    ...(['none', 'relu'] as const).map((activation): [string, () => tf.Tensor[]] => [
      `batch norm, activation ${activation}`,
      () => {
        const settings = { epsilon: 1e-5, activation };
        const [input, factor] = [image(x), tf.tensor1d(scale)];
        const { output, mean, variance, saved } = batchNormTrainingKernels
          .active()
          .forward(input, factor, tf.tensor1d(offset), settings);
        const needed = activation === 'relu' ? output : undefined;
        const gradients = batchNormTrainingKernels
          .active()
          .gradient(image(dy), input, factor, saved, needed, settings);
        return [output, mean, variance, gradients.x, gradients.scale, gradients.offset];
      },
    ]),
    [
      'max pooling',
      () => {
        const geometry = { kernelSize: 3, stride: 2, padding: 1 };
        const input = image(x);
        const output = maxPool2dKernels.active().forward(input, geometry);
        return [
          output,
          maxPool2dKernels.active().gradient(tf.mul(output, 2), input, output, geometry),
        ];
      },
    ],
    ['add with ReLU', () => [addReluKernels.active().forward(image(x), image(dy))]],
    [
      'a convolution and its gradients, of channels that native kernels would take',
      () => {
        const geometry = { stride: 1, padding: 1, dilation: 1, groups: 1 };
        const wide = (data: Float32Array): tf.Tensor4D => tf.tensor4d(data, [2, 3, 2, 16]);
        const [input, upstream] = [x, dy].map((data) => wide(data.slice(0, 192)));
        const weights = tf.tensor4d(filter, [3, 3, 16, 16]);
        return [
          conv2dKernels.active().forward(input!, weights, geometry),
          conv2dKernels.active().inputGradient(upstream!, weights, input!.shape, geometry),
          conv2dKernels.active().filterGradient(input!, upstream!, weights.shape, geometry),
        ];
      },
    ],
    ...[false, true].map((nesterov): [string, () => tf.Tensor[]] => [
      `SGD, nesterov ${nesterov}`,
      () => {
        const [parameter, momentumBuffer] = [x, dy].map((data) => tf.variable(image(data)));
        const slot = {
          parameter: parameter!,
          momentumBuffer: momentumBuffer!,
          gradient: image(dy),
        };
        const settings = { learningRate: 0.1, momentum: 0.9, nesterov };
        sgdUpdate([{ ...slot, weightDecay: 0.01 }], settings);
        return valuesOf([parameter!, momentumBuffer!]);
      },
    ]),
    [
      'AdamW',
      () => {
        const [parameter, expAvg] = [x, dy].map((data) => tf.variable(image(data)));
        const expAvgSq = tf.variable(tf.square(image(dy)));
        const slot = { parameter: parameter!, expAvg: expAvg!, expAvgSq };
        const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, step: 3 };
        adamwUpdate([{ ...slot, gradient: image(dy), weightDecay: 0.01 }], settings);
        return valuesOf([parameter!, expAvg!, expAvgSq]);
      },
    ],
  ])('%s', async (_, call) => {
    const { here, onCpu } = await runHereAndOnCpu('tensorflow', call);
    expect(here).toBeAllClose(onCpu, { rtol: 2e-5, atol: 2e-5 });
  });
});
