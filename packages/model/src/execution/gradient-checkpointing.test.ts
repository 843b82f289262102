/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows what it made */
import { softmaxCrossEntropy } from '@resnet/kernels';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { Random } from '@resnet/random';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { modelConfig, ResNet, type BatchStatistics, type ForwardOptions } from '../index.ts';

registerTensorflowKernels();
registerWasmKernels();

interface Step {
  readonly losses: ArrayLike<number>;
  readonly gradients: ReadonlyMap<string, ArrayLike<number>>;
  /** Means and variances by the batch norm's path. */
  readonly statistics: ReadonlyMap<string, readonly ArrayLike<number>[]>;
  /** The state of the generator afterwards. */
  readonly drawn: unknown;
  /** The most bytes that tensors took when an op ended. */
  readonly peak: number;
}

/** One training pass, forward and backward, everything that comes out of it copied to the host. */
async function trainingPass(
  model: ResNet,
  images: tf.Tensor4D,
  options: ForwardOptions,
  freeze: readonly string[] = [],
): Promise<Step> {
  const before = tf.memory();
  const [batch] = images.shape;
  const batchStatistics = new Map<string, BatchStatistics>();
  const random = new Random(5);
  const parameters = model.trainableParameters({ freeze });
  const targets = tf.tidy(() =>
    tf.cast(tf.oneHot(tf.zeros([batch], 'int32'), model.config.numClasses), 'float32'),
  ) as tf.Tensor2D;
  const dy = tf.tensor1d(Array.from({ length: batch }, () => 1 / batch));
  let value: tf.Tensor | undefined;
  let grads: tf.Tensor[] = [];
  const profile = await tf.profile(() => {
    ({ value, grads } = tf.valueAndGrads(() =>
      softmaxCrossEntropy(
        model.forward(images, { training: true, batchStatistics, random, ...options }),
        targets,
        {},
      ),
    )([...parameters.values()], dy));
  });
  const gradients = new Map<string, ArrayLike<number>>();
  for (const [i, name] of [...parameters.keys()].entries()) {
    gradients.set(name, await grads[i]!.data());
  }
  const statistics = new Map<string, readonly ArrayLike<number>[]>();
  for (const [path, { mean, variance }] of batchStatistics) {
    statistics.set(path, [await mean.data(), await variance.data()]);
    tf.dispose([mean, variance]);
  }
  const losses = await value!.data();
  tf.dispose([value!, grads, targets, dy]);
  expect(tf.memory().numTensors, 'leaked tensors').toBe(before.numTensors);
  const peak = profile.peakBytes - before.numBytes;
  return { losses, gradients, statistics, drawn: random.state(), peak };
}

function expectSame(received: Step, expected: Step): void {
  expect(received.losses).toEqual(expected.losses);
  expect([...received.gradients.keys()]).toEqual([...expected.gradients.keys()]);
  for (const [name, gradient] of received.gradients) {
    const wanted = expected.gradients.get(name)!;
    const largest = Math.max(...Array.from(wanted, Math.abs));
    expect(gradient).toBeAllClose(wanted, { rtol: 0, atol: 1e-6 * largest });
  }
  expect(received.statistics).toEqual(expected.statistics);
  expect(received.drawn).toEqual(expected.drawn);
}

describe('gradient checkpointing', () => {
  describeBackends(['cpu', 'wasm', 'tensorflow'], () => {
    const small = { channels: [4, 6, 8], layers: [3, 3, 3], stemWidth: 4, numClasses: 3 };
    // oxlint-disable-next-line vitest/expect-expect -- expectSame expects
    it.each([
      ['the original order', {}],
      ['dropout and drop path', { dropRate: 0.3, dropPathRate: 0.5 }],
      ['a dropout shortcut', { shortcut: 'dropout' }],
      ['pre-activation', { order: 'fullPreActivation' }],
      ['squeeze and excitation', { attention: 'se' }],
    ] as const)('gives the same gradients, statistics and draws: %s', async (_, overrides) => {
      const config = modelConfig('resnet20', { ...small, ...overrides });
      const model = ResNet.init(config, { seed: 2 });
      const images = tf.randomUniform<tf.Rank.R4>([3, 12, 10, 3], -1, 1, 'float32', 7);
      const plain = await trainingPass(model, images, {});
      const checkpointed = await trainingPass(model, images, { gradientCheckpointing: true });
      expectSame(checkpointed, plain);
      model.dispose();
      images.dispose();
    });

    it('goes together with frozen stages, and with a gradient by the images', async () => {
      const config = modelConfig('resnet20', small);
      const model = ResNet.init(config, { seed: 2 });
      const images = tf.randomUniform<tf.Rank.R4>([3, 12, 10, 3], -1, 1, 'float32', 7);
      const freeze = ['conv1', 'bn1', 'layer1', 'layer2.0'];
      const options = { freezeBatchNorm: freeze };
      const plain = await trainingPass(model, images, options, freeze);
      expectSame(
        await trainingPass(model, images, { ...options, gradientCheckpointing: true }, freeze),
        plain,
      );
      const byImages = (gradientCheckpointing: boolean): tf.Tensor =>
        tf.grad((x) => model.forward(x as tf.Tensor4D, { training: true, gradientCheckpointing }))(
          images,
        );
      const [a, b] = [byImages(false), byImages(true)];
      expect(await b.data()).toBeAllClose(await a.data(), { rtol: 1e-5, atol: 1e-6 });
      tf.dispose([a, b, images]);
      model.dispose();
    });

    it('costs nothing where no gradient is taken, and what throws leaves nothing', async () => {
      const model = ResNet.init(modelConfig('resnet20', { ...small, dropPathRate: 0.5 }), {
        seed: 2,
      });
      const images = tf.randomUniform<tf.Rank.R4>([3, 12, 10, 3], -1, 1, 'float32', 7);
      const before = tf.memory().numTensors;
      const [a, b] = [false, true].map((gradientCheckpointing) =>
        model.forward(images, { gradientCheckpointing }),
      );
      expect(await a!.data()).toEqual(await b!.data());
      tf.dispose([a!, b!]);
      expect(() => model.forward(images, { training: true, gradientCheckpointing: true })).toThrow(
        'in training needs a generator',
      );
      expect(tf.memory().numTensors).toBe(before);
      images.dispose();
      model.dispose();
    });
  });

  describeBackends(['tensorflow'], () => {
    it('brings the memory of a deep net from its depth to about the root of that', async () => {
      const model = ResNet.init(modelConfig('resnet110'), { seed: 2 });
      const images = tf.randomUniform<tf.Rank.R4>([4, 32, 32, 3], -1, 1, 'float32', 7);
      const plain = await trainingPass(model, images, {});
      const checkpointed = await trainingPass(model, images, { gradientCheckpointing: true });
      expectSame(checkpointed, plain);
      expect(checkpointed.peak).toBeLessThan(0.4 * plain.peak);
      images.dispose();
      model.dispose();
    });

    it(
      'trains a step of resnet1202, without exhausting the stack',
      { timeout: 120_000 },
      async () => {
        const model = ResNet.init(modelConfig('resnet1202'), { seed: 1, zeroInitResidual: true });
        const images = tf.randomUniform<tf.Rank.R4>([2, 8, 8, 3], -1, 1, 'float32', 7);
        const step = await trainingPass(model, images, { gradientCheckpointing: true });
        expect(step.gradients.size).toBe(model.parameters().size);
        expect(Array.from(step.gradients.values(), (g) => g[0]).every(Number.isFinite)).toBe(true);
        images.dispose();
        model.dispose();
      },
    );
  });
});
