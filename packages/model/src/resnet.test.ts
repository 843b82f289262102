/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows what it made */
import { Random } from '@resnet/random';
import { startBackend } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { resnetConfig, type ResNetConfig } from './architecture/config.ts';
import { modelConfig } from './architecture/zoo.ts';
import { createModel } from './create-model.ts';
import type { BatchStatistics } from './execution/run-context.ts';
import { ResNet } from './resnet.ts';
import type { HostTensor, StateDict } from './weights/state-dict.ts';

const tiny = resnetConfig({
  block: 'basic',
  layers: [1, 1],
  channels: [4, 8],
  stem: 'cifar',
  stemWidth: 4,
  numClasses: 3,
});

function images(config: ResNetConfig = tiny): tf.Tensor4D {
  const random = new Random(5);
  const values = Float32Array.from({ length: 2 * 64 * config.inChannels }, () => random.normal());
  return tf.tensor4d(values, [2, 8, 8, config.inChannels]);
}

async function logitsOf(model: ResNet): Promise<Float32Array> {
  const output = tf.tidy(() => model.forward(images(model.config)));
  const data = (await output.data()) as Float32Array;
  output.dispose();
  return data;
}

function changed(
  state: StateDict,
  entries: Readonly<Record<string, HostTensor | undefined>>,
): StateDict {
  const copy = new Map(state);
  for (const [name, tensor] of Object.entries(entries)) {
    if (tensor === undefined) copy.delete(name);
    else copy.set(name, tensor);
  }
  return copy;
}

const scalar: HostTensor = { shape: [1], dtype: 'float32', data: Float32Array.of(1) };

beforeAll(async () => {
  await startBackend('cpu');
  await tf.setBackend('cpu');
});

let before: number;
beforeEach(() => {
  before = tf.memory().numTensors;
});
afterEach(() => {
  expect(tf.memory().numTensors, 'leaked tensors').toBe(before);
});

describe('ResNet.init', () => {
  it('gives the same weights for a seed and others for another', async () => {
    const models = [1, 1, 2].map((seed) => ResNet.init(tiny, { seed }));
    const [a, b, c] = await Promise.all(models.map(logitsOf));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    for (const model of models) model.dispose();
  });

  it('is not changed by layers that others have', async () => {
    const small = ResNet.init(tiny, { seed: 1 });
    const large = ResNet.init({ ...tiny, layers: [2, 1], numClasses: 7 }, { seed: 1 });
    const [a, b] = [await small.stateDict(), await large.stateDict()];
    for (const name of ['conv1.weight', 'layer2.0.conv2.weight']) {
      expect(a.get(name)).toEqual(b.get(name));
    }
    small.dispose();
    large.dispose();
  });

  it('makes each block its shortcut under zeroInitResidual', () => {
    const model = createModel('resnet20', { seed: 1, zeroInitResidual: true });
    const names = [...model.parameters().keys()].filter((name) => name.endsWith('weight'));
    const zero = names.filter((name) =>
      tf.tidy(() => tf.max(tf.abs(model.parameters().get(name)!)).dataSync()[0] === 0),
    );
    expect(zero).toHaveLength(9);
    expect(zero).toEqual(names.filter((name) => name.endsWith('.bn2.weight')));
    model.dispose();
  });
});

describe('ResNet.forward', () => {
  it('says which shape it needs', () => {
    const model = ResNet.init(tiny, { seed: 1 });
    tf.tidy(() => {
      const message = 'float32 of shape [N, H, W, 3], received float32 of shape [2, 3, 8, 8]';
      expect(() => model.forward(tf.zeros([2, 3, 8, 8]))).toThrow(message);
      expect(() => model.forward(tf.zeros([2, 8, 8, 3], 'int32'))).toThrow('received int32');
    });
    model.dispose();
  });

  it('hands batch statistics to the caller, through tidies and gradients', async () => {
    const model = ResNet.init(tiny, { seed: 1 });
    const x = images();
    const batchStatistics = new Map<string, BatchStatistics>();
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(() => {
        const logits = model.forward(x, { training: true, batchStatistics });
        return tf.customGrad((l) => ({
          value: tf.sum<tf.Scalar>(l as tf.Tensor),
          gradFunc: (dy: tf.Tensor) => tf.mul(tf.onesLike(l as tf.Tensor), dy),
        }))(logits) as tf.Scalar;
      }, [...model.parameters().values()]),
    );
    expect([...batchStatistics.keys()]).toEqual([
      'bn1',
      'layer1.0.bn1',
      'layer1.0.bn2',
      'layer2.0.bn1',
      'layer2.0.bn2',
      'layer2.0.downsample.1',
    ]);
    model.updateRunningStatistics(batchStatistics, { momentum: 0.1 });
    const { mean, variance } = batchStatistics.get('layer1.0.bn2')!;
    const buffers = model.buffers();
    expect(await buffers.get('layer1.0.bn2.running_mean')!.data()).toBeAllClose(
      (await mean.data()).map((m) => 0.1 * m),
    );
    expect(await buffers.get('layer1.0.bn2.running_var')!.data()).toBeAllClose(
      (await variance.data()).map((v) => 0.9 + 0.1 * v),
    );
    const state = await model.stateDict();
    expect(state.get('layer1.0.bn2.num_batches_tracked')!.data).toEqual(BigInt64Array.of(1n));
    for (const statistics of batchStatistics.values()) {
      tf.dispose([statistics.mean, statistics.variance]);
    }
    tf.dispose([x, value, grads]);
    model.dispose();
  });

  it('frees batch statistics that nobody takes, and keeps frozen norms as they are', () => {
    const model = ResNet.init(tiny, { seed: 1 });
    const batchStatistics = new Map<string, BatchStatistics>();
    const x = images();
    model.forward(x, { training: true }).dispose();
    model
      .forward(x, { training: true, batchStatistics, freezeBatchNorm: ['bn1', 'layer1', 'layer'] })
      .dispose();
    expect([...batchStatistics.keys()].every((path) => path.startsWith('layer2.'))).toBe(true);
    expect(batchStatistics.size).toBe(3);
    for (const { mean, variance } of batchStatistics.values()) tf.dispose([mean, variance]);
    x.dispose();
    model.dispose();
  });

  it('gives the feature maps of stem and stages', async () => {
    const narrow = { channels: [4, 6, 8, 10], stemWidth: 5 };
    const model = createModel('resnet18', { seed: 1, numClasses: 2, ...narrow });
    const x = tf.zeros<tf.Rank.R4>([1, 64, 32, 3]);
    const maps = model.features(x);
    expect(maps.map((map) => map.shape)).toEqual([
      [1, 32, 16, 5],
      [1, 16, 8, 4],
      [1, 8, 4, 6],
      [1, 4, 2, 8],
      [1, 2, 1, 10],
    ]);
    const last = model.forwardFeatures(x);
    expect(await last.data()).toEqual(await maps[4]!.data());
    const logits = model.forwardHead(last);
    expect(logits.shape).toEqual([1, 2]);
    tf.dispose([x, ...maps, last, logits]);
    model.dispose();
  });

  it('gives pooled features without a classifier', () => {
    const model = ResNet.init({ ...tiny, numClasses: 0, dropRate: 0.5 }, { seed: 1 });
    const x = images();
    const embedding = model.forward(x);
    expect(embedding.shape).toEqual([2, 8]);
    expect([...model.parameters().keys()].filter((name) => name.startsWith('fc'))).toEqual([]);
    tf.dispose([x, embedding]);
    model.dispose();
  });

  it('drops by the generator, in training only', async () => {
    const config = { ...tiny, dropRate: 0.3, dropPathRate: 0.5 };
    const model = ResNet.init(config, { seed: 1 });
    const x = images();
    expect(() => model.forward(x, { training: true })).toThrow('in training needs a generator');
    const draw = async (seed: number): Promise<Float32Array> => {
      const logits = model.forward(x, { training: true, random: new Random(seed) });
      const data = (await logits.data()) as Float32Array;
      logits.dispose();
      return data;
    };
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    const without = ResNet.init(tiny, { seed: 1 });
    expect(await logitsOf(model)).toEqual(await logitsOf(without));
    without.dispose();
    x.dispose();
    model.dispose();
  });
});

describe('state dicts', () => {
  it('go out and come in unchanged, in the layout and order of torch', async () => {
    const model = ResNet.init(tiny, { seed: 3 });
    const state = await model.stateDict();
    expect([...state.keys()].slice(0, 7)).toEqual([
      'conv1.weight',
      'bn1.weight',
      'bn1.bias',
      'bn1.running_mean',
      'bn1.running_var',
      'bn1.num_batches_tracked',
      'layer1.0.conv1.weight',
    ]);
    expect(state.get('fc.weight')!.shape).toEqual([3, 8]);
    const other = ResNet.fromStateDict(tiny, state);
    expect(await logitsOf(other)).toEqual(await logitsOf(model));
    expect(await other.stateDict()).toEqual(state);
    model.dispose();
    other.dispose();
  });

  it('need no num_batches_tracked, as older files have none', async () => {
    const model = ResNet.init(tiny, { seed: 3 });
    const state = await model.stateDict();
    const bare = [...state].filter(([name]) => !name.endsWith('num_batches_tracked'));
    const other = ResNet.fromStateDict(tiny, new Map(bare));
    expect(await other.stateDict()).toEqual(state);
    model.dispose();
    other.dispose();
  });

  it('that do not fit are refused whole, every difference named with both shapes', async () => {
    const model = ResNet.init(tiny, { seed: 3 });
    const other = ResNet.init(tiny, { seed: 4 });
    const logits = await logitsOf(model);
    const wrong = changed(await other.stateDict(), {
      'fc.weight': scalar,
      'conv1.weight': undefined,
      'layer3.0.bn1.num_batches_tracked': scalar,
      'bn1.bias': { shape: [4], dtype: 'int64', data: new BigInt64Array(4) },
    });
    let message = '';
    try {
      model.loadStateDict(wrong);
    } catch (error) {
      ({ message } = error as Error);
    }
    expect(message.split('\n')).toEqual([
      'ResNet.loadStateDict: the state does not fit the net:',
      '  bn1.bias: expected float32 [4], received int64 [4]',
      '  fc.weight: expected float32 [3, 8], received float32 [1]',
      '  conv1.weight: missing from the state',
      '  layer3.0.bn1.num_batches_tracked: not in this net',
    ]);
    expect(await logitsOf(model)).toEqual(logits);
    expect(() => ResNet.fromStateDict(tiny, wrong)).toThrow('conv1.weight: missing');

    const report = model.loadStateDict(wrong, { strict: false });
    expect(report.missing).toEqual(['conv1.weight']);
    expect(report.unexpected).toEqual(['layer3.0.bn1.num_batches_tracked']);
    expect(report.mismatched.map(({ name }) => name)).toEqual(['bn1.bias', 'fc.weight']);
    const mixed = await model.stateDict();
    expect(mixed.get('fc.bias')).toEqual(wrong.get('fc.bias'));
    model.dispose();
    other.dispose();
  });
});

describe('fine-tuning', () => {
  it('replaces the classifier and nothing else', async () => {
    const model = ResNet.init(tiny, { seed: 3 });
    const old = await model.stateDict();
    model.resetClassifier(5, { seed: 9 });
    expect(model.config.numClasses).toBe(5);
    const state = await model.stateDict();
    expect(state.get('fc.weight')!.shape).toEqual([5, 8]);
    expect([...state.keys()]).toEqual([...old.keys()]);
    expect(changed(state, { 'fc.weight': undefined, 'fc.bias': undefined })).toEqual(
      changed(old, { 'fc.weight': undefined, 'fc.bias': undefined }),
    );
    expect((await logitsOf(model)).length).toBe(10);
    model.resetClassifier(0, { seed: 9 });
    expect((await logitsOf(model)).length).toBe(16);
    model.dispose();
  });

  it('filters what is trained by prefix', () => {
    const model = ResNet.init(tiny, { seed: 3 });
    const names = [
      ...model.trainableParameters({ freeze: ['conv1', 'bn1', 'layer1', 'layer2'] }).keys(),
    ];
    expect(names).toEqual(['fc.weight', 'fc.bias']);
    expect(model.trainableParameters({ freeze: ['layer'] }).size).toBe(model.parameters().size);
    model.dispose();
  });
});

describe('ResNet.dispose', () => {
  it('may be called again, and ends everything else', async () => {
    const model = ResNet.init(tiny, { seed: 3 });
    model.dispose();
    model.dispose();
    const x = images();
    expect(() => model.forward(x)).toThrow('has been disposed');
    await expect(model.stateDict()).rejects.toThrow('has been disposed');
    x.dispose();
  });
});

describe('nets of over 1,000 layers', () => {
  it('build, and run forward, without exhausting the stack', () => {
    const model = ResNet.init(modelConfig('resnet1202'), { seed: 1, zeroInitResidual: true });
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const logits = model.forward(x);
    expect(logits.shape).toEqual([1, 10]);
    tf.dispose([x, logits]);
    model.dispose();
  });
});
