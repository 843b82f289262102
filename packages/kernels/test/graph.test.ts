import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';

import { compile, KernelError, type Graph, type GraphOp } from '../src/index.ts';
import { registerTensorflowKernels } from '../src/backends/tensorflow/index.ts';
import { weightsOf } from '../src/graph/ops.ts';
import { tensorflow } from '../src/backends/tensorflow/backend.ts';
import { openSession } from '../src/backends/tensorflow/graph/session.ts';
import { translate } from '../src/backends/tensorflow/graph/translate.ts';
import { hasFusedConvolution } from '../src/backends/tensorflow/graph/has-fused-convolution.ts';
import { registerWasmKernels } from '../src/backends/wasm/index.ts';
import { registerWebgpuKernels } from '../src/backends/webgpu/index.ts';
import { runHereAndOnCpu, sampled, Sampler } from './against-cpu.ts';

registerTensorflowKernels();
registerWasmKernels();
registerWebgpuKernels();

const tolerance = { rtol: 1e-4, atol: 5e-5 };

interface Ends {
  readonly bias?: boolean;
  readonly activation?: 'none' | 'relu';
  readonly groups?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly kernel?: number;
}

function conv(sampler: Sampler, inner: number, out: number, ends: Ends = {}): GraphOp {
  const { bias = true, activation = 'none', groups = 1 } = ends;
  const { stride = 1, dilation = 1, kernel = 3 } = ends;
  return {
    type: 'conv2d',
    weights: {
      filter: sampled(sampler, [kernel, kernel, inner / groups, out]),
      bias: bias ? sampled(sampler, [out]) : undefined,
    },
    activation,
    stride,
    padding: (dilation * (kernel - 1)) / 2,
    dilation,
    groups,
  };
}

/** Every operation, and values that are taken twice. [2, h, w, 3] to [2, 5]. */
function everything(sampler: Sampler): Graph {
  const vector = (size: number, low: number): tf.Tensor1D =>
    tf.tidy(() => tf.add(tf.abs(sampled<tf.Tensor1D>(sampler, [size])), low));
  return {
    nodes: [
      { op: conv(sampler, 3, 8, { kernel: 7, stride: 2, activation: 'relu' }), inputs: [0] },
      { op: { type: 'maxPool', kernelSize: 3, stride: 2, padding: 1 }, inputs: [1] },
      {
        op: {
          type: 'batchNorm',
          weights: {
            scale: vector(8, 0.5),
            offset: sampled(sampler, [8]),
            mean: sampled(sampler, [8]),
            variance: vector(8, 0.5),
          },
          epsilon: 1e-5,
          activation: 'relu',
        },
        inputs: [2],
      },
      { op: conv(sampler, 8, 8, { bias: false, activation: 'relu' }), inputs: [3] },
      { op: conv(sampler, 8, 8, { groups: 4, activation: 'relu' }), inputs: [4, 2] },
      { op: conv(sampler, 8, 8, { dilation: 2 }), inputs: [5, 4] },
      { op: conv(sampler, 8, 8, { kernel: 1 }), inputs: [6] },
      { op: { type: 'add' }, inputs: [7, 6] },
      { op: { type: 'addRelu' }, inputs: [8, 2] },
      { op: { type: 'globalAveragePool' }, inputs: [9] },
      {
        op: { type: 'linear', weights: { weight: sampled(sampler, [8, 8]) } },
        inputs: [10],
      },
      { op: { type: 'sigmoid' }, inputs: [11] },
      { op: { type: 'multiplyChannels' }, inputs: [9, 12] },
      { op: { type: 'affine', factor: -0.5, shift: 0.25 }, inputs: [13] },
      { op: { type: 'multiply' }, inputs: [14, 9] },
      {
        op: {
          type: 'avgPool',
          kernelSize: 2,
          stride: 2,
          padding: 0,
          ceilMode: true,
          countIncludePad: false,
        },
        inputs: [15],
      },
      { op: { type: 'padEnd', count: 2 }, inputs: [16] },
      { op: { type: 'padChannels', before: 1, after: 2 }, inputs: [17] },
      { op: { type: 'relu' }, inputs: [18] },
      { op: { type: 'globalMaxPool' }, inputs: [18] },
      { op: { type: 'globalAveragePool' }, inputs: [19] },
      { op: { type: 'concat' }, inputs: [20, 21] },
      {
        op: {
          type: 'linear',
          weights: { weight: sampled(sampler, [22, 5]), bias: sampled(sampler, [5]) },
        },
        inputs: [22],
      },
    ],
  };
}

describe('compile', () => {
  describeBackends(['cpu', 'wasm', 'tensorflow', 'webgpu'], (backend) => {
    it.each([
      { height: 17, width: 22 },
      { height: 32, width: 32 },
    ])('runs every operation on images of %o', async ({ height, width }) => {
      const { here, onCpu } = await runHereAndOnCpu(backend, () => {
        const sampler = new Sampler(height);
        const executable = compile(everything(sampler));
        const output = executable.run(sampled(sampler, [2, height, width, 3]));
        executable.dispose();
        return [output];
      });
      expect(here).toBeAllClose(onCpu, tolerance);
    });

    it('runs again on other sizes, and frees all it took over', () => {
      const before = tf.memory().numTensors;
      const executable = compile(everything(new Sampler(1)));
      for (const size of [16, 24, 16]) {
        const images = tf.ones([1, size, size, 3]);
        const output = executable.run(images);
        expect(output.shape).toEqual([1, 5]);
        expect(images.isDisposed).toBe(false);
        tf.dispose([images, output]);
      }
      executable.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it('gives its input where there is nothing to do, as a tensor of its own', async () => {
      const executable = compile({ nodes: [] });
      const input = tf.tensor1d([1, 2]);
      const output = executable.run(input);
      input.dispose();
      expect([...(await output.data())]).toEqual([1, 2]);
      output.dispose();
      executable.dispose();
    });

    it('refuses an input that does not fit, and leaves nothing', () => {
      const before = tf.memory().numTensors;
      const executable = compile({ nodes: [{ op: conv(new Sampler(1), 3, 4), inputs: [0] }] });
      const held = tf.memory().numTensors;
      const images = tf.ones([1, 8, 8, 2]);
      expect(() => executable.run(images)).toThrow(KernelError);
      expect(() => executable.run(images)).toThrow(/\[1, 8, 8, 2\]/);
      images.dispose();
      expect(tf.memory().numTensors).toBe(held);
      executable.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describeBackends(['tensorflow'], () => {
    it('has the fused convolutions that are faster, so that the tests above test them', () => {
      expect(hasFusedConvolution('float32')).toBe(true);
    });

    it('gives the same without them', async () => {
      const graph = everything(new Sampler(2));
      const images = sampled(new Sampler(3), [2, 17, 22, 3]);
      const plain = openSession(translate(graph, false, 'float32')!);
      const fused = openSession(translate(graph, true, 'float32')!);
      const [expected, received] = [plain.run(images), fused.run(images)];
      expect(await received.data()).toBeAllClose(await expected.data(), tolerance);
      tf.dispose([images, expected, received]);
      plain.dispose();
      fused.dispose();
      tf.dispose(graph.nodes.flatMap(({ op }) => [...weightsOf(op)]));
    });

    // oxlint-disable-next-line vitest/expect-expect -- compareBfloat16 expects
    it('computes in bfloat16, by all that this processor has, and leaves nothing', async () => {
      for (const isFused of [false, ...(hasFusedConvolution('bfloat16') ? [true] : [])]) {
        await compareBfloat16(isFused);
      }
    });

    async function compareBfloat16(isFused: boolean): Promise<void> {
      const before = tf.memory().numTensors;
      const graph = everything(new Sampler(2));
      const weights = graph.nodes.flatMap(({ op }) => [...weightsOf(op)]);
      const images = sampled(new Sampler(3), [2, 17, 22, 3]);
      const wide = openSession(translate(graph, false, 'float32')!);
      const expected = wide.run(images);
      const narrow = openSession(translate(graph, isFused, 'bfloat16')!);
      const received = narrow.run(images);
      const [a, b] = [await expected.data<'float32'>(), await received.data<'float32'>()];
      const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      // Eight bits of mantissa: off by some thousandths, so not computed in float32, nor wrong.
      expect(b).toBeAllClose(a, { rtol: 0, atol: 0.03 * largest });
      expect(b).not.toBeAllClose(a, { rtol: 0, atol: 1e-4 * largest });
      wide.dispose();
      narrow.dispose();
      tf.dispose([images, expected, received, ...weights]);
      expect(tf.memory().numTensors).toBe(before);
    }

    it('is a session of TensorFlow, until it is disposed', () => {
      const { binding } = tensorflow();
      const before = binding.getNumOfSavedModels();
      const executable = compile(everything(new Sampler(1)));
      expect(binding.getNumOfSavedModels()).toBe(before + 1);
      executable.dispose();
      executable.dispose();
      expect(binding.getNumOfSavedModels()).toBe(before);
    });

    it('shares no file in memory with other threads, whose modules are others', async () => {
      const backend = tensorflow();
      const { binding } = backend;
      const folders: string[] = [];
      const loadSavedModel: typeof binding.loadSavedModel = (folder, tags) => {
        folders.push(folder);
        return binding.loadSavedModel(folder, tags);
      };
      Object.assign(backend, {
        binding: Object.create(binding, { loadSavedModel: { value: loadSavedModel } }) as unknown,
      });
      const identity = translate({ nodes: [] }, false, 'float32')!;
      try {
        for (let thread = 0; thread < 2; thread++) {
          vi.resetModules();
          const { openSession: open } = await import('../src/backends/tensorflow/graph/session.ts');
          open(identity).dispose();
        }
      } finally {
        Object.assign(backend, { binding });
      }
      expect(folders).toEqual([expect.stringMatching(/^ram:/), expect.stringMatching(/^ram:/)]);
      expect(folders[1]).not.toBe(folders[0]);
    });

    it('runs a pool that TensorFlow has not for every size operation by operation', async () => {
      const { binding } = tensorflow();
      const before = binding.getNumOfSavedModels();
      const pool: GraphOp = {
        type: 'avgPool',
        kernelSize: 3,
        stride: 2,
        padding: 1,
        ceilMode: false,
        countIncludePad: true,
      };
      const executable = compile({ nodes: [{ op: pool, inputs: [0] }] });
      expect(binding.getNumOfSavedModels()).toBe(before);
      const images = tf.ones([1, 4, 4, 1]);
      const output = executable.run(images);
      // Of nine pixels in a corner's window, four lie inside.
      expect((await output.data())[0]).toBeCloseTo(4 / 9, 6);
      tf.dispose([images, output]);
      executable.dispose();
    });
  });
});
