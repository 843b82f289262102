import * as tf from '@tensorflow/tfjs-core';

import { convOutputShape, type ConvGeometry, type Shape4D } from '../src/geometry.ts';
import type { BatchNormSettings } from '../src/ops/batch-norm.ts';
import type { Sampler } from './against-cpu.ts';
import { adamwUpdate } from '../src/ops/adamw-update.ts';
import { batchNormInferenceKernels } from '../src/ops/batch-norm-inference.ts';
import { batchNormTrainingKernels } from '../src/ops/batch-norm-training.ts';
import { conv2dKernels } from '../src/ops/conv2d.ts';
import { movingAverageUpdate } from '../src/ops/moving-average-update.ts';
import { sgdUpdate } from '../src/ops/sgd-update.ts';

export interface ConvCase {
  readonly x: Shape4D;
  readonly filter: Shape4D;
  readonly y: Shape4D;
  readonly geometry: ConvGeometry;
}

/** How large the cases get. */
export interface Sizes {
  readonly images: readonly number[];
  readonly channels: readonly number[];
}

/** A convolution that exists, of all the kinds that torch would accept. */
export function sampleConv(sampler: Sampler, sizes: Sizes): ConvCase {
  for (;;) {
    const groups = sampler.pick([1, 1, 1, 2, 3, 4]);
    const channels = sampler.pick([1, ...sizes.channels]);
    const geometry = {
      stride: sampler.pick([1, 1, 2, 2, 3]),
      padding: sampler.pick([0, 1, 2, 3]),
      dilation: sampler.pick([1, 1, 2, 3]),
      groups,
    };
    const height = sampler.pick([1, 2, 3, 3, 5, 7]);
    const width = sampler.integer(5) === 0 ? sampler.pick([1, 2, 3]) : height;
    const x: Shape4D = [
      sampler.pick([1, 2, 3]),
      sampler.pick(sizes.images),
      sampler.pick(sizes.images),
      channels * groups,
    ];
    const filter: Shape4D = [height, width, channels, sampler.pick(sizes.channels) * groups];
    const y = convOutputShape(x, filter, geometry);
    if (y[1] > 0 && y[2] > 0) return { x, filter, y, geometry };
  }
}

/** The convolution and both its gradients. */
export function conv(sampler: Sampler, { x, filter, y, geometry }: ConvCase) {
  const [xs, filters, dys] = [x, filter, y].map((shape) =>
    sampler.values(tf.util.sizeFromShape([...shape])),
  );
  return (): tf.Tensor[] => {
    const image = tf.tensor4d(xs!, [...x]);
    const taps = tf.tensor4d(filters!, [...filter]);
    const dy = tf.tensor4d(dys!, [...y]);
    return [
      conv2dKernels.active().forward(image, taps, geometry),
      conv2dKernels.active().inputGradient(dy, taps, x, geometry),
      conv2dKernels.active().filterGradient(image, dy, filter, geometry),
    ];
  };
}

/** Batch norm in training and with given statistics, with the gradients of both. */
export function batchNorm(sampler: Sampler, shape: Shape4D, settings: BatchNormSettings) {
  const size = tf.util.sizeFromShape([...shape]);
  const channels = shape[3];
  const xs = sampler.values(size).map((value) => 3 * value + 1);
  const dys = sampler.values(size);
  const [scales, offsets, means] = [0, 1, 2].map(() => sampler.values(channels));
  const variances = sampler.values(channels).map((value) => value ** 2 + 0.1);
  return (): tf.Tensor[] => {
    const x = tf.tensor4d(xs, [...shape]);
    const dy = tf.tensor4d(dys, [...shape]);
    const scale = tf.tensor1d(scales!);
    const offset = tf.tensor1d(offsets!);
    const mean = tf.tensor1d(means!);
    const variance = tf.tensor1d(variances);
    const trained = batchNormTrainingKernels.active().forward(x, scale, offset, settings);
    const back = batchNormTrainingKernels
      .active()
      .gradient(dy, x, scale, trained.saved, trained.output, settings);
    const output = batchNormInferenceKernels
      .active()
      .forward(x, scale, offset, mean, variance, settings);
    const frozen = batchNormInferenceKernels
      .active()
      .gradient(dy, x, scale, mean, variance, output, settings);
    return [
      trained.output,
      trained.mean,
      trained.variance,
      back.x,
      back.scale,
      back.offset,
      output,
      frozen.x,
      frozen.scale,
      frozen.offset,
    ];
  };
}

/** Every optimiser's step, from the same values; all that they change comes back. */
export function optimisers(sampler: Sampler, size: number) {
  const [ps, gs, ms, vs] = [0, 1, 2, 3].map(() => sampler.values(size));
  return (): tf.Tensor[] => {
    const gradient = tf.tensor1d(gs!);
    const made: tf.Variable[] = [];
    const variable = (values: Float32Array) => {
      made.push(tf.variable(tf.tensor1d(values)));
      return made.at(-1)!;
    };
    const plain = { parameter: variable(ps!), gradient, weightDecay: 0 };
    const heavy = {
      parameter: variable(ps!),
      gradient,
      momentumBuffer: variable(ms!),
      weightDecay: 0.01,
    };
    const nesterov = { ...heavy, parameter: variable(ps!), momentumBuffer: variable(ms!) };
    sgdUpdate([plain], { learningRate: 0.1, momentum: 0, nesterov: false });
    sgdUpdate([heavy], { learningRate: 0.1, momentum: 0.9, nesterov: false });
    sgdUpdate([nesterov], { learningRate: 0.1, momentum: 0.9, nesterov: true });
    const adam = {
      parameter: variable(ps!),
      gradient,
      expAvg: variable(ms!),
      expAvgSq: variable(vs!.map(Math.abs)),
      weightDecay: 0.01,
    };
    const settings = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, step: 3 };
    adamwUpdate([adam], settings);
    movingAverageUpdate([{ average: variable(ps!), value: gradient }], 0.1);
    const results = made.map((changed) => tf.clone(changed));
    tf.dispose(made);
    return results;
  };
}
