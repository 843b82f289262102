/* oxlint-disable vitest/expect-expect -- expectEqual and expectClose expect */
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { Random } from '@resnet/random';
import { describeBackends, type BackendName } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  foldBatchNorm,
  listModels,
  modelConfig,
  ModelError,
  ResNet,
  type BatchStatistics,
  type ResNetConfig,
} from '../src/index.ts';

interface Case {
  readonly model: string;
  readonly overrides?: Partial<ResNetConfig>;
}

const narrow: Partial<ResNetConfig> = { channels: [16, 16, 32, 32], stemWidth: 16 };

/** What the zoo does not have: each changes which ops stand beside a batch norm. */
const variants: readonly Case[] = [
  ...(
    ['bnAfterAddition', 'reluBeforeAddition', 'reluOnlyPreActivation', 'fullPreActivation'] as const
  ).map((order) => ({ model: 'resnet20', overrides: { order } })),
  ...(['constantScaling', 'exclusiveGating', 'shortcutOnlyGating', 'dropout'] as const).map(
    (shortcut) => ({ model: 'resnet20', overrides: { shortcut } }),
  ),
  ...(['B', 'C'] as const).map((shortcutOption) => ({
    model: 'resnet20',
    overrides: { shortcutOption },
  })),
  ...(['max', 'avgmax', 'catavgmax'] as const).map((globalPool) => ({
    model: 'resnet20',
    overrides: { globalPool },
  })),
  { model: 'resnet18', overrides: { ...narrow, numClasses: 10 } },
  { model: 'resnet18', overrides: { ...narrow, outputStride: 8, inChannels: 1 } },
  { model: 'resnet18d', overrides: { ...narrow, outputStride: 8 } },
  { model: 'resnet50', overrides: { ...narrow, strideOn: '1x1' } },
  { model: 'resnet20', overrides: { numClasses: 0, dropRate: 0.5, dropPathRate: 0.5 } },
  { model: 'plain20', overrides: { attention: 'se' } },
  { model: 'resnet18', overrides: { ...narrow, stem: 'deepTiered' } },
];

/** Every net on the fastest backend; on the others one of each kind. */
const chosen: Readonly<Record<BackendName, RegExp>> = {
  tensorflow: /./,
  wasm: /^(resnet18d?|resnet18d, outputStride 8|resnext50_32x4d|seresnet18|resnetv2_50|plain20|resnet20.*)$/,
  webgpu: /^$/,
  cpu: /^(resnet20.*|plain20)$/,
};

registerTensorflowKernels();
registerWasmKernels();

let before: number;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'leaked tensors').toBe(before);
});

describe('foldBatchNorm', () => {
  describeBackends(['cpu', 'wasm', 'tensorflow'], (backend) => {
    // Narrow, as it is what follows what that matters here, and the widest have 88 million weights.
    const zoo: readonly Case[] = listModels().map((model) =>
      modelConfig(model).stem === 'cifar' ? { model } : { model, overrides: narrow },
    );
    for (const { model, overrides = {} } of [...zoo, ...variants]) {
      const changes = Object.entries(overrides).filter(([field]) => !(field in narrow));
      const name = [model, ...changes.map((entry) => entry.join(' '))].join(', ');
      if (!chosen[backend].test(name)) continue;
      it(`gives the logits of ${name}`, async () => {
        const net = calibrated(modelConfig(model, overrides));
        const folded = foldBatchNorm(net);
        const images = inputs(net.config, 2);
        expect(folded.config).toEqual(net.config);
        await expectEqual(
          () => folded.forward(images),
          () => net.forward(images),
          () => sensitivity(net, images),
        );
        images.dispose();
        net.dispose();
        folded.dispose();
      });
    }

    it('gives feature maps, and logits of them', async () => {
      const net = calibrated(modelConfig('resnet20'));
      const folded = foldBatchNorm(net);
      const images = inputs(net.config, 2);
      await expectEqual(
        () => folded.forwardFeatures(images),
        () => net.forwardFeatures(images),
      );
      const map = net.forwardFeatures(images);
      await expectEqual(
        () => folded.forwardHead(map),
        () => net.forwardHead(map),
      );
      tf.dispose([images, map]);
      net.dispose();
      folded.dispose();
    });

    it('takes images of any size and number', async () => {
      const net = calibrated(modelConfig('resnet18', narrow));
      const folded = foldBatchNorm(net);
      for (const shape of [
        [1, 33, 47, 3],
        [3, 64, 32, 3],
        [2, 37, 36, 3],
      ] as const) {
        const images = tf.randomNormal<tf.Rank.R4>([...shape], 0, 1, 'float32', 7);
        await expectEqual(
          () => folded.forward(images),
          () => net.forward(images),
        );
        images.dispose();
      }
      net.dispose();
      folded.dispose();
    });

    it('has weights of its own, whatever scope it was made in and happens to the net', async () => {
      const net = calibrated(modelConfig('resnet20'));
      const images = inputs(net.config, 2);
      const [folded] = inTidy(() => foldBatchNorm(net));
      const expected = await valuesOf(net.forward(images));
      for (const variable of [...net.parameters().values(), ...net.buffers().values()]) {
        tf.tidy(() => {
          variable.assign(tf.mul(variable, 3));
        });
      }
      net.dispose();
      const received = await valuesOf(folded.forward(images));
      expectClose(received, expected);
      images.dispose();
      folded.dispose();
    });
  });

  describeBackends(['cpu'], () => {
    it('refuses images of other channels, and work after its end', () => {
      const net = ResNet.init(modelConfig('resnet20'), { seed: 1 });
      const folded = foldBatchNorm(net);
      const images = tf.zeros<tf.Rank.R4>([1, 8, 8, 1]);
      expect(() => folded.forward(images)).toThrow(/\[N, H, W, 3\].*\[1, 8, 8, 1\]/);
      net.dispose();
      expect(() => foldBatchNorm(net)).toThrow(ModelError);
      folded.dispose();
      folded.dispose();
      const good = tf.zeros<tf.Rank.R4>([1, 8, 8, 3]);
      expect(() => folded.forward(good)).toThrow(/disposed/);
      tf.dispose([images, good]);
    });
  });
});

function inTidy<T>(make: () => T): [T] {
  const made: T[] = [];
  tf.tidy(() => {
    made.push(make());
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one was pushed
  return made as [T];
}

/** Deep plain nets are chaotic the more, the fewer pixels their batch norms see. */
function sizeOf(config: ResNetConfig): number {
  if (config.stem !== 'cifar') return 64;
  return config.shortcut === 'none' ? 16 : 8;
}

function inputs(config: ResNetConfig, seed: number): tf.Tensor4D {
  const size = sizeOf(config);
  const random = new Random(seed);
  const length = 4 * size * size * config.inChannels;
  const values = Float32Array.from({ length }, () => random.normal());
  return tf.tensor4d(values, [4, size, size, config.inChannels]);
}

/**
 * A net whose batch norms all do something, with statistics as training would leave them. What ends
 * a residual branch is small, as in trained nets: at random weights a deep net is chaotic, and
 * rounding in its first layers grows to 1e-4 of the logits.
 */
function calibrated(config: ResNetConfig): ResNet {
  const net = ResNet.init(config, { seed: 1, zeroInitResidual: true });
  const random = new Random(3);
  for (const [name, variable] of net.parameters()) {
    const endsBranch = variable.dataSync().every((value) => value === 0);
    if (variable.rank === 1) {
      const isScale = name.endsWith('.weight');
      const [low, width] = isScale ? (endsBranch ? [0.1, 0.2] : [0.5, 0.5]) : [-0.2, 0.4];
      assign(variable, () => random.uniform(low, low + width));
    } else if (endsBranch) {
      const std = 0.2 * Math.sqrt(2 / (variable.size / variable.shape.at(-1)!));
      assign(variable, () => std * random.normal());
    }
  }
  const batchStatistics = new Map<string, BatchStatistics>();
  const images = inputs(config, 1);
  net.forward(images, { training: true, batchStatistics, random }).dispose();
  net.updateRunningStatistics(batchStatistics, { momentum: 1 });
  for (const { mean, variance } of batchStatistics.values()) tf.dispose([mean, variance]);
  images.dispose();
  return net;
}

function assign(variable: tf.Variable, next: () => number): void {
  const tensor = tf.tensor(Float32Array.from({ length: variable.size }, next), variable.shape);
  variable.assign(tensor);
  tensor.dispose();
}

async function valuesOf(output: tf.Tensor): Promise<Float32Array> {
  const values = await output.data<'float32'>();
  output.dispose();
  return values;
}

/**
 * How far the logits move, relative to the largest, when each pixel moves by about 4e-6 of itself, which is
 * what rounding does to the values of one layer where a convolution is Winograd's.
 */
async function sensitivity(net: ResNet, images: tf.Tensor4D): Promise<number> {
  const random = new Random(9);
  const factors = tf.tensor(
    Float32Array.from({ length: images.size }, () => 1 + 4e-6 * random.normal()),
    images.shape,
  );
  const moved = tf.mul<tf.Tensor4D>(images, factors);
  const [from, to] = [await valuesOf(net.forward(images)), await valuesOf(net.forward(moved))];
  tf.dispose([factors, moved]);
  const distance = from.reduce((most, value, i) => Math.max(most, Math.abs(value - to[i]!)), 0);
  return distance / largestOf(from);
}

/**
 * Equal to 1e-5 of the largest element, and no new tensor but the output. The deepest nets without
 * shortcuts amplify any rounding by more than that: for them, `bound` says how much.
 */
async function expectEqual(
  received: () => tf.Tensor,
  expected: () => tf.Tensor,
  bound = (): Promise<number> => Promise.resolve(0),
): Promise<void> {
  const before = tf.memory().numTensors;
  const output = received();
  expect(tf.memory().numTensors).toBe(before + 1);
  const reference = expected();
  expect(output.shape).toEqual(reference.shape);
  const [values, wanted] = [await valuesOf(output), await valuesOf(reference)];
  const farthest = values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - wanted[i]!)),
    0,
  );
  const isClose = farthest <= 1e-5 * largestOf(wanted);
  expectClose(values, wanted, isClose ? 0 : await bound());
}

function expectClose(received: Float32Array, expected: Float32Array, bound = 0): void {
  const largest = largestOf(expected);
  expect(largest).toBeGreaterThan(0);
  expect(received).toBeAllClose(expected, { rtol: 0, atol: Math.max(1e-5, bound) * largest });
}

function largestOf(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
