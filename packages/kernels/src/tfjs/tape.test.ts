import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';

import { add, batchNormTraining, conv2d, mean, relu } from '../index.ts';
import { conv2dKernels } from '../ops/conv2d.ts';
import type { Conv2dKernels } from '../ops/conv2d-kernels.ts';
import { checkpoint } from './checkpoint.ts';
import { differentiable } from './tape.ts';

function net(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
): tf.Scalar {
  const convolved = conv2d(x, filter, { padding: 1 });
  const { output } = batchNormTraining(convolved, scale, offset, { epsilon: 1e-5 });
  return mean(relu(add(output, convolved)));
}

function inputs(): [
  tf.Tensor4D,
  tf.Variable<tf.Rank.R4>,
  tf.Variable<tf.Rank.R1>,
  tf.Variable<tf.Rank.R1>,
] {
  return [
    tf.randomNormal([2, 4, 4, 3], 0, 1, 'float32', 1),
    tf.tidy(() => tf.variable(tf.randomNormal<tf.Rank.R4>([3, 3, 3, 2], 0, 1, 'float32', 2))),
    tf.tidy(() => tf.variable(tf.ones<tf.Rank.R1>([2]))),
    tf.tidy(() => tf.variable(tf.zeros<tf.Rank.R1>([2]))),
  ];
}

describeBackends(['cpu'], () => {
  it('leaks nothing forward and backward, step after step', () => {
    const [x, ...variables] = inputs();
    const before = tf.memory();
    for (let step = 0; step < 3; step++) {
      const { value, grads } = tf.variableGrads(() => net(x, ...variables), variables);
      expect(Object.keys(grads)).toHaveLength(3);
      tf.dispose([value, grads]);
      expect(tf.memory().numTensors).toBe(before.numTensors);
      expect(tf.memory().numBytes).toBe(before.numBytes);
    }
    tf.dispose([x, variables]);
  });

  it('leaks nothing where no gradient is taken, inside a tidy and outside', () => {
    const [x, filter, scale, offset] = inputs();
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      net(x, filter, scale, offset);
    });
    expect(tf.memory().numTensors).toBe(before);
    const result = batchNormTraining(x, tf.ones([3]), tf.zeros([3]), { epsilon: 1e-5 });
    // The three results and the two inputs.
    expect(tf.memory().numTensors).toBe(before + 5);
    tf.dispose([result.output, result.mean, result.variance]);
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('computes no gradient that nothing asks for', () => {
    const { reference } = conv2dKernels;
    const inputGradient = vi.fn<Conv2dKernels['inputGradient']>(reference.inputGradient);
    const filterGradient = vi.fn<Conv2dKernels['filterGradient']>(reference.filterGradient);
    conv2dKernels.register('cpu', { inputGradient, filterGradient });
    const [x, filter, scale, offset] = inputs();
    tf.dispose(tf.variableGrads(() => net(x, filter, scale, offset), [filter]));
    expect(filterGradient).toHaveBeenCalledTimes(1);
    expect(inputGradient).not.toHaveBeenCalled();
    const image = tf.variable(x);
    tf.dispose(tf.variableGrads(() => net(image, filter, scale, offset), [image]));
    expect(filterGradient).toHaveBeenCalledTimes(1);
    expect(inputGradient).toHaveBeenCalledTimes(1);
    conv2dKernels.register('cpu', reference);
    tf.dispose([x, image, filter, scale, offset]);
  });

  it('hands the statistics out of the tape, and lets them survive it', async () => {
    const [x, , scale, offset] = inputs();
    const wide = tf.tidy(() => tf.variable(tf.concat([scale, tf.ones<tf.Rank.R1>([1])])));
    const shift = tf.tidy(() => tf.variable(tf.concat([offset, tf.zeros<tf.Rank.R1>([1])])));
    const kept: tf.Tensor1D[] = [];
    const { value, grads } = tf.variableGrads(() => {
      const result = batchNormTraining(x, wide, shift, {
        epsilon: 1e-5,
      });
      kept.push(tf.keep(result.mean), tf.keep(result.variance));
      return mean(relu(result.output));
    }, [wide, shift]);
    const expected = tf.moments(x, [0, 1, 2]);
    expect(await kept[0]!.data()).toBeAllClose(await expected.mean.data(), {
      rtol: 1e-5,
      atol: 1e-6,
    });
    tf.dispose([value, grads, kept, expected, x, scale, offset, wide, shift]);
  });

  it('adds up the gradients of a tensor used twice', async () => {
    const x = tf.tidy(() => tf.variable(tf.tensor1d([1, -2, 3])));
    const before = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(() => mean(relu(add(x, x))), [x]);
    expect(await grads[x.name]!.data()).toBeAllClose([2 / 3, 0, 2 / 3]);
    tf.dispose([value, grads]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(x);
  });

  it('lets go of activations as the backward pass leaves them', () => {
    const bytes: number[] = [];
    const watch = (x: tf.Tensor): tf.Tensor => {
      const [output] = differentiable({
        inputs: { x },
        forward: (save: (tensors: [tf.Tensor]) => void): [tf.Tensor] => {
          const result = tf.neg(x);
          save([result]);
          return [result];
        },
        backward: ([dy]) => {
          bytes.push(tf.memory().numBytes);
          return { x: () => tf.neg(dy) };
        },
      });
      return output;
    };
    const x = tf.ones([256]);
    tf.dispose(
      tf.grad((a) => {
        let y = a;
        for (let i = 0; i < 6; i++) {
          const next = watch(y);
          if (y !== a) y.dispose();
          y = next;
        }
        const result = mean(y);
        y.dispose();
        return result;
      })(x),
    );
    // Each step drops one saved activation and one spent gradient, and makes one gradient.
    expect(bytes).toHaveLength(6);
    for (let i = 2; i < bytes.length; i++) expect(bytes[i]).toBeLessThan(bytes[i - 1]!);
    tf.dispose(x);
  });

  it('runs a checkpointed part again for its gradients, and leaks nothing', async () => {
    const [x, ...variables] = inputs();
    const before = tf.memory().numTensors;
    const repeated: boolean[] = [];
    const part = (input: tf.Tensor4D): tf.Scalar =>
      checkpoint(input, variables, (y, isRepeated) => {
        repeated.push(isRepeated);
        return net(y, ...variables);
      });
    const doubled = (
      f: (x: tf.Tensor4D) => tf.Scalar,
    ): ReturnType<typeof tf.valueAndGrads<tf.Scalar>> =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- x is the first
      tf.valueAndGrads((input: tf.Tensor) => f(add(input, input) as tf.Tensor4D));
    const [expected, received] = [doubled((y) => net(y, ...variables)), doubled(part)];
    const [a, b] = [expected([x, ...variables]), received([x, ...variables])];
    expect(repeated).toEqual([false, true]);
    expect(await b.value.data()).toEqual(await a.value.data());
    for (const [i, gradient] of b.grads.entries()) {
      expect(await gradient.data()).toBeAllClose(await a.grads[i]!.data(), { rtol: 1e-6 });
    }
    tf.dispose([a, b]);
    expect(tf.memory().numTensors).toBe(before);
    // Nobody asks for a gradient: the part runs once.
    tf.dispose(part(x));
    expect(repeated).toEqual([false, true, false]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, variables]);
  });

  it('passes on what a checkpointed part throws when it runs again', () => {
    const [x, ...variables] = inputs();
    const failing = (input: tf.Tensor4D): tf.Scalar =>
      checkpoint(input, variables, (y, isRepeated) => {
        const result = net(y, ...variables);
        if (isRepeated) throw new Error('out of memory');
        return result;
      });
    expect(() => tf.variableGrads(() => failing(x), variables)).toThrow('out of memory');
    const before = tf.memory().numTensors;
    tf.dispose(tf.variableGrads(() => net(x, ...variables), variables));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([x, variables]);
  });
});
