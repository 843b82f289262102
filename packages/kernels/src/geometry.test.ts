import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import {
  addRelu,
  avgPool2d,
  batchNormInference,
  batchNormTraining,
  conv2d,
  linear,
  maxPool2d,
  multiply,
  padChannels,
  padEnd,
  softmaxCrossEntropy,
} from './index.ts';
import { convOutputSize, poolOutputSize } from './geometry.ts';

describe('output sizes', () => {
  it.each([
    { input: 224, size: 7, stride: 2, padding: 3, dilation: 1, output: 112 },
    { input: 8, size: 3, stride: 2, padding: 1, dilation: 1, output: 4 },
    { input: 7, size: 3, stride: 2, padding: 1, dilation: 1, output: 4 },
    { input: 14, size: 3, stride: 1, padding: 2, dilation: 2, output: 14 },
  ])('of a convolution: %o', ({ input, size, output, ...window }) => {
    expect(convOutputSize(input, size, window)).toBe(output);
  });

  it.each([
    { input: 5, kernelSize: 2, stride: 2, padding: 0, ceilMode: false, output: 2 },
    { input: 5, kernelSize: 2, stride: 2, padding: 0, ceilMode: true, output: 3 },
    // The last window would start in the padding after the image.
    { input: 3, kernelSize: 2, stride: 2, padding: 1, ceilMode: true, output: 2 },
  ])('of a pool: %o', ({ input, output, ...geometry }) => {
    expect(poolOutputSize(input, geometry)).toBe(output);
  });
});

describeBackends(['cpu'], () => {
  const image = () => tf.zeros<tf.Rank.R4>([1, 4, 4, 6]);
  const channels = (n: number) => tf.zeros<tf.Rank.R1>([n]);
  const filter = (...shape: [number, number, number, number]) => tf.zeros<tf.Rank.R4>(shape);
  const matrix = (...shape: [number, number]) => tf.zeros<tf.Rank.R2>(shape);

  it.each<[string, string, () => unknown]>([
    ['[3, 3, 5, 2]', 'SHAPE_MISMATCH', () => conv2d(image(), filter(3, 3, 5, 2))],
    ['groups 4', 'SHAPE_MISMATCH', () => conv2d(image(), filter(3, 3, 6, 2), { groups: 4 })],
    ['padding 0', 'SHAPE_MISMATCH', () => conv2d(image(), filter(5, 5, 6, 2))],
    ['stride', 'OPTION_INVALID', () => conv2d(image(), filter(1, 1, 6, 2), { stride: 0 })],
    ['padding', 'OPTION_INVALID', () => conv2d(image(), filter(1, 1, 6, 2), { padding: 0.5 })],
    [
      'received [5]',
      'SHAPE_MISMATCH',
      () => batchNormTraining(image(), channels(6), channels(5), { epsilon: 1e-5 }),
    ],
    [
      'one value per channel',
      'SHAPE_MISMATCH',
      () => batchNormTraining(tf.zeros([1, 1, 1, 6]), channels(6), channels(6), { epsilon: 1e-5 }),
    ],
    [
      'mean [6]',
      'SHAPE_MISMATCH',
      () =>
        batchNormInference(image(), channels(6), channels(6), channels(1), channels(6), {
          epsilon: 1e-5,
        }),
    ],
    [
      'half of kernelSize',
      'OPTION_INVALID',
      () => maxPool2d(image(), { kernelSize: 2, padding: 2 }),
    ],
    ['kernelSize', 'OPTION_INVALID', () => avgPool2d(image(), { kernelSize: 0 })],
    ['at least 5 pixels', 'SHAPE_MISMATCH', () => maxPool2d(image(), { kernelSize: 5 })],
    ['b [1, 4, 4, 6]', 'SHAPE_MISMATCH', () => addRelu(image(), tf.zeros([1, 4, 4, 1]))],
    ['broadcast', 'SHAPE_MISMATCH', () => multiply(image(), filter(2, 1, 1, 6))],
    ['x [2, 3]', 'SHAPE_MISMATCH', () => linear(matrix(2, 4), matrix(3, 5))],
    ['bias [5]', 'SHAPE_MISMATCH', () => linear(matrix(2, 3), matrix(3, 5), channels(3))],
    ['targets [2, 5]', 'SHAPE_MISMATCH', () => softmaxCrossEntropy(matrix(2, 5), matrix(2, 4))],
    [
      'labelSmoothing',
      'OPTION_INVALID',
      () => softmaxCrossEntropy(matrix(2, 5), matrix(2, 5), { labelSmoothing: 1 }),
    ],
    ['before', 'OPTION_INVALID', () => padChannels(image(), -1, 0)],
    ['count', 'OPTION_INVALID', () => padEnd(image(), 0.5)],
  ])('names an argument that does not fit: %s', (named, code, call) => {
    tf.tidy(() => {
      expect(call).toThrow(expect.objectContaining({ name: 'KernelError', code }));
      expect(call).toThrow(named);
    });
  });
});
