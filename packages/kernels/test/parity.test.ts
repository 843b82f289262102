import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import {
  add,
  addRelu,
  avgPool2d,
  batchNormInference,
  batchNormTraining,
  conv2d,
  convBatchNormTraining,
  globalAveragePool,
  linear,
  maxPool2d,
  mean,
  multiply,
  padChannels,
  padEnd,
  relu,
  sigmoid,
  softmaxCrossEntropy,
  type ConvBatchNorm,
} from '../src/index.ts';
import { registerTensorflowKernels } from '../src/backends/tensorflow/index.ts';
import { registerWasmKernels } from '../src/backends/wasm/index.ts';
import { registerWebgpuKernels } from '../src/backends/webgpu/index.ts';
import { decode, filled, reference, type OperationCase, type OptimizerCase } from './reference.ts';
import { adamwUpdate } from '../src/ops/adamw-update.ts';
import { clipByGlobalNorm } from '../src/ops/clip-by-global-norm.ts';
import { movingAverageUpdate } from '../src/ops/moving-average-update.ts';
import { sgdUpdate } from '../src/ops/sgd-update.ts';

registerTensorflowKernels();
registerWasmKernels();
registerWebgpuKernels();

const { operations, optimizers } = reference();

// oxlint-disable-next-line typescript/no-explicit-any -- the fixture's inputs fit their operation
type Operation = (inputs: any[], options: any) => tf.Tensor[];

function units(
  x: tf.Tensor4D,
  // oxlint-disable-next-line typescript/no-explicit-any -- filters, scales and offsets in turn
  parameters: any[],
  settings: readonly Omit<ConvBatchNorm, 'filter' | 'scale' | 'offset'>[],
): tf.Tensor[] {
  const { output, statistics } = convBatchNormTraining(
    x,
    settings.map((unit, i) => {
      const [filter, scale, offset] = parameters.slice(3 * i);
      return { ...unit, filter, scale, offset };
    }),
  );
  return [output, ...statistics.flatMap(({ mean: average, variance }) => [average, variance])];
}

const run: Record<string, Operation> = {
  conv2d: ([x, filter], options) => [conv2d(x, filter, options)],
  batchNormTraining: ([x, scale, offset], options) => {
    const { output, mean: average, variance } = batchNormTraining(x, scale, offset, options);
    return [output, average, variance];
  },
  convBatchNorm: ([x, ...parameters], options) => units(x, parameters, [{ ...options, input: 0 }]),
  identityBlock: ([x, ...parameters], { epsilon }) =>
    units(x, parameters, [
      { epsilon, padding: 1, activation: 'relu', input: 0 },
      { epsilon, padding: 1, activation: 'relu', input: 1, addend: 0 },
    ]),
  projectionBlock: ([x, ...parameters], { epsilon }) =>
    units(x, parameters, [
      { epsilon, stride: 2, padding: 1, activation: 'relu', input: 0 },
      { epsilon, stride: 2, input: 0 },
      { epsilon, padding: 1, activation: 'relu', input: 1, addend: 2 },
    ]),
  batchNormInference: ([x, scale, offset, average, variance], options) => [
    batchNormInference(x, scale, offset, average, variance, options),
  ],
  relu: ([x]) => [relu(x)],
  addRelu: ([a, b]) => [addRelu(a, b)],
  add: ([a, b]) => [add(a, b)],
  multiply: ([a, b]) => [multiply(a, b)],
  sigmoid: ([x]) => [sigmoid(x)],
  mean: ([x]) => [mean(x)],
  padChannels: ([x], { before, after }) => [padChannels(x, before, after)],
  padEnd: ([x], { count }) => [padEnd(x, count)],
  maxPool2d: ([x], options) => [maxPool2d(x, options)],
  avgPool2d: ([x], options) => [avgPool2d(x, options)],
  globalAveragePool: ([x]) => [globalAveragePool(x)],
  linear: ([x, weight, bias]) => [linear(x, weight, bias)],
  softmaxCrossEntropy: ([logits, raw], { soft = false, ...options }) => {
    const targets = soft ? tf.abs(raw) : tf.oneHot(tf.argMax(raw, 1), raw.shape[1]);
    return [softmaxCrossEntropy(logits, tf.cast<tf.Tensor2D>(targets, 'float32'), options)];
  },
};

function title({ operation, inputs, options }: OperationCase): string {
  const shapes = inputs.map(({ shape }) => `[${shape.join(', ')}]`).join(' ');
  const settings = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return [operation, shapes, ...settings].join(' ');
}

describeBackends(['cpu', 'wasm', 'tensorflow', 'webgpu'], () => {
  const tolerance = { rtol: 2e-5, atol: 2e-5 };

  describe.each(operations.map((parity) => [title(parity), parity] as const))(
    '%s',
    (_, { operation, inputs, options, outputs, gradients }) => {
      it('gives the values of PyTorch and frees what it does not return', async () => {
        const tensors = inputs.map(filled);
        const before = tf.memory().numTensors;
        const results = tf.tidy(() => run[operation]!(tensors, options));
        expect(tf.memory().numTensors).toBe(before + results.length);
        for (const [i, result] of results.entries()) {
          expect(result.shape).toEqual(outputs[i]!.shape);
          expect(await result.data()).toBeAllClose(decode(outputs[i]!.data), tolerance);
        }
        tf.dispose([results, tensors]);
      });

      it('has the gradients of PyTorch, and leaks nothing', async () => {
        const tensors = inputs.map(filled);
        const differentiated = tensors.slice(0, gradients.length);
        const constants = tensors.slice(gradients.length);
        const upstream = filled({ shape: [...outputs[0]!.shape], seed: 99 });
        const before = tf.memory().numTensors;
        const results = tf.grads((...xs) => run[operation]!([...xs, ...constants], options)[0]!)(
          differentiated,
          upstream,
        );
        expect(tf.memory().numTensors).toBe(before + results.length);
        for (const [i, result] of results.entries()) {
          expect(result.shape).toEqual(inputs[i]!.shape);
          expect(await result.data()).toBeAllClose(decode(gradients[i]!), tolerance);
        }
        expect(upstream.isDisposed).toBe(false);
        tf.dispose([results, tensors, upstream]);
      });
    },
  );

  describe.each(optimizers.map((parity) => [JSON.stringify(parity.options), parity] as const))(
    '%s',
    (_, { optimizer, options, steps }) => {
      it.each([false, true])(
        'follows torch.optim, and leaks nothing (data with another owner: %s)',
        async (shared) => {
          const before = tf.memory().numTensors;
          const initial = filled({ shape: [3, 4], seed: 1 });
          const start = await initial.data();
          const parameter = tf.variable(initial);
          // Either way a copy of the start must stay what it was.
          const witness = shared ? initial : tf.tensor(start, [3, 4]);
          if (!shared) tf.dispose(initial);
          const zeros = () => tf.tidy(() => tf.variable(tf.zeros([3, 4])));
          const state: [tf.Variable, tf.Variable] = [zeros(), zeros()];
          for (const [i, expected] of steps.entries()) {
            const gradient = filled({ shape: [3, 4], seed: 10 + i });
            const count = tf.memory().numTensors;
            update(optimizer, options, { parameter, gradient, state, step: i + 1 });
            expect(tf.memory().numTensors).toBe(count);
            expect(await parameter.data()).toBeAllClose(decode(expected), tolerance);
            tf.dispose(gradient);
          }
          expect(await witness.data()).toEqual(start);
          tf.dispose([parameter, state, witness]);
          expect(tf.memory().numTensors).toBe(before);
        },
      );
    },
  );

  it.each([
    { at: 'too long', length: 50, factor: 5 / (50 + 1e-6) },
    { at: 'short enough', length: 4, factor: 1 },
  ])('clips gradients by the norm of all: $at', async ({ length, factor }) => {
    // Of sizes around what is summed in one go, and a number by itself.
    const shapes = [[3, 5], [16_384 + 21], [], [2, 3, 2, 2]];
    const directions = shapes.map((shape, i) => filled({ shape, seed: 30 + i }));
    const values = await Promise.all(directions.map((tensor) => tensor.data<'float32'>()));
    const norm = Math.hypot(...values.flatMap((some) => [...some]));
    const gradients = directions.map((direction) => tf.mul(direction, length / norm));
    tf.dispose(directions);
    const before = tf.memory().numTensors;
    const clipped = clipByGlobalNorm(gradients, 5);
    expect(tf.memory().numTensors).toBe(before + shapes.length);
    for (const [i, tensor] of clipped.entries()) {
      const expected = values[i]!.map((value) => value * (length / norm));
      expect(await gradients[i]!.data()).toBeAllClose(expected);
      expect(tensor.shape).toEqual(shapes[i]);
      expect(await tensor.data()).toBeAllClose(expected.map((value) => value * factor));
    }
    tf.dispose([...gradients, ...clipped]);
  });

  it('does not hide that gradients are no numbers', async () => {
    const gradients = [tf.tensor1d([1, 2]), tf.tensor1d([NaN])];
    const clipped = clipByGlobalNorm(gradients, 1);
    expect(await clipped[0]!.data()).toEqual(new Float32Array([NaN, NaN]));
    tf.dispose([...gradients, ...clipped]);
  });

  it('moves an average towards a value', async () => {
    const average = tf.tidy(() => tf.variable(tf.tensor1d([1, 2, 3])));
    const value = tf.tensor1d([2, 2, 7]);
    const before = tf.memory().numTensors;
    movingAverageUpdate([{ average, value }], 0.25);
    movingAverageUpdate([{ average, value }], 0.5);
    expect(tf.memory().numTensors).toBe(before);
    expect(await average.data()).toBeAllClose([1.625, 2, 5.5]);
    expect(await value.data()).toBeAllClose([2, 2, 7]);
    tf.dispose([average, value]);
  });
});

function update(
  optimizer: OptimizerCase['optimizer'],
  options: OptimizerCase['options'],
  at: {
    parameter: tf.Variable;
    gradient: tf.Tensor;
    state: [tf.Variable, tf.Variable];
    step: number;
  },
): void {
  const { parameter, gradient, step } = at;
  const [first, second] = at.state;
  const { weightDecay = 0, learningRate = 0, nesterov } = options;
  if (optimizer === 'sgd') {
    const { momentum = 0 } = options;
    const slot = { parameter, gradient, weightDecay };
    sgdUpdate([momentum === 0 ? slot : { ...slot, momentumBuffer: first }], {
      learningRate,
      momentum,
      nesterov,
    });
  } else {
    const { beta1 = 0, beta2 = 0, epsilon = 0 } = options;
    adamwUpdate([{ parameter, gradient, weightDecay, expAvg: first, expAvgSq: second }], {
      learningRate,
      beta1,
      beta2,
      epsilon,
      step,
    });
  }
}
