import { relu } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { describeOn } from '../test/backends.ts';
import { collect, lastCheckpoint, ofType, timeless } from '../test/events.ts';
import { unit } from '../test/formula.ts';
import { LinearModel } from '../test/linear-model.ts';
import {
  constant,
  memoryData,
  sgd,
  train,
  type TrainEvent,
  TrainingError,
  type TrainOptions,
} from './index.ts';
import { firstNotFinite } from './loop/host.ts';

const classes = ['a', 'b', 'c'];
const imageShape = [2, 3, 1] as const;
const images = unit(20 * 6, 77);
const labels = Array.from({ length: 20 }, (_, i) => (i * 7) % 3);
const trainData = memoryData({ images, labels, imageShape, batchSize: 4, shuffleSeed: 1 });
const valData = memoryData({ images, labels, imageShape, batchSize: 8 });

function options(model: LinearModel, more: Partial<TrainOptions> = {}): TrainOptions {
  return {
    model,
    classes,
    trainData,
    valData,
    epochs: 2,
    optimizer: sgd(),
    schedule: constant(0.1),
    ...more,
  };
}

describeOn(['cpu'], () => {
  let model: LinearModel;
  let tensors = 0;
  beforeEach(() => {
    model = new LinearModel(6, 3);
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors, 'tensors').toBe(tensors);
    model.dispose();
  });

  it('tells what happens, in order', async () => {
    const events = await collect(train(options(model)));
    const epoch = ['step', 'step', 'step', 'step', 'step', 'epoch', 'best', 'checkpoint'];
    expect(events.map(({ type }) => type)).toEqual(['start', ...epoch, ...epoch, 'done']);
    expect(events[0]).toEqual({
      type: 'start',
      epochs: 2,
      stepsPerEpoch: 5,
      trainImages: 20,
      valImages: 20,
      trainableParameters: 21,
    });
    expect(events[2]).toMatchObject({ epoch: 1, step: 2, stepsPerEpoch: 5, images: 4 });
    const done = events.at(-1)!;
    expect(done).toMatchObject({ reason: 'finished', best: { epoch: 2 } });
    const rows = ofType(events, 'epoch').map(({ row }) => row);
    expect(done).toMatchObject({ history: rows });
    expect(rows[1]!.trainLoss).toBeLessThan(rows[0]!.trainLoss);
    for (const row of rows) {
      expect(row.dataWaitFraction).toBeGreaterThanOrEqual(0);
      expect(row.dataWaitFraction).toBeLessThan(1);
      expect(row.imagesPerSecond * row.seconds).toBeCloseTo(20);
    }
  });

  it('keeps no tensor from step to step, 30 of them', async () => {
    const counts = new Set<number>();
    const run = train(options(model, { epochs: 6, ema: {}, clipNorm: 1, accumulate: 2 }));
    for await (const { type } of run) if (type === 'step') counts.add(tf.memory().numTensors);
    expect(counts.size).toBe(1);
  });

  it.each(['start', 'step', 'epoch', 'best', 'checkpoint'])(
    'frees everything when the consumer leaves at a %s event',
    async (type) => {
      let returned = 0;
      const counted = {
        ...trainData,
        async *batches(epoch: number, start?: number) {
          try {
            yield* trainData.batches(epoch, start);
          } finally {
            returned++;
          }
        },
      };
      for await (const event of train(options(model, { ema: {}, trainData: counted }))) {
        if (event.type === type) break;
      }
      // The data source has been told, too.
      expect(returned).toBe(type === 'start' ? 0 : 1);
    },
  );

  it('gives the same history and weights however seldom the loss is read', async () => {
    const run = async (logEvery: number): Promise<object> => {
      const other = new LinearModel(6, 3);
      const events = await collect(train(options(other, { logEvery })));
      const weights = await other.stateDict();
      other.dispose();
      const steps = events.filter(({ type }) => type === 'step').length;
      return { steps, weights, rows: timeless(ofType(events, 'done')[0]!.history) };
    };
    const [one, three] = [await run(1), await run(3)];
    expect(one).toMatchObject({ steps: 10 });
    // 3 steps, and the 2 that are left of each epoch
    expect(three).toEqual({ ...one, steps: 4 });
  });

  it('accumulates to the gradients of one large batch', async () => {
    const run = async (batchSize: number, accumulate: number): Promise<number[]> => {
      const other = new LinearModel(6, 3);
      // Centred by each batch otherwise: the model's own parts aside, the sum is linear.
      other.forward = frozen(other);
      const data = memoryData({ images, labels, imageShape, batchSize });
      const { valData: _, ...rest } = options(other, { trainData: data, accumulate, epochs: 1 });
      await collect(train(rest));
      const { data: values } = (await other.stateDict()).get('fc.weight')!;
      other.dispose();
      return Array.from(values, Number);
    };
    // 8 + 8 + 4: the last, short batch counts by its images
    expect(await run(8, 3)).toBeAllClose(await run(20, 1), { rtol: 1e-5, atol: 1e-6 });
  });

  it('lets gradients be replaced before the update, and frees old and new', async () => {
    const before = await model.stateDict();
    const seen: string[] = [];
    await collect(
      train(
        options(model, {
          reduceGradients: async (gradients) => {
            seen.push(...gradients.keys());
            await Promise.resolve();
            return new Map([...gradients].map(([path, g]) => [path, tf.zerosLike(g)]));
          },
        }),
      ),
    );
    expect(seen.slice(0, 2)).toEqual(['fc.weight', 'fc.bias']);
    const after = await model.stateDict();
    expect(after.get('fc.weight')).toEqual(before.get('fc.weight'));
    expect(after.get('norm.running_mean')).not.toEqual(before.get('norm.running_mean'));
  });

  it('leaves frozen parameters alone', async () => {
    const before = await model.stateDict();
    const learningRateScale = (path: string): number => (path === 'fc.weight' ? 0 : 1);
    const [start] = await collect(
      train(options(model, { learningRateScale, optimizer: sgd({ weightDecay: 0.1 }) })),
    );
    expect(start).toMatchObject({ trainableParameters: 3 });
    const after = await model.stateDict();
    expect(after.get('fc.weight')).toEqual(before.get('fc.weight'));
    expect(after.get('fc.bias')).not.toEqual(before.get('fc.bias'));
  });

  it('judges the averaged weights, and leaves the last ones in the model', async () => {
    const events = await collect(train(options(model, { ema: { decay: 0.9, warmup: false } })));
    const checkpoint = lastCheckpoint(events);
    const best = ofType(events, 'best').at(-1)!.state;
    expect(best).toEqual(checkpoint.ema);
    expect(checkpoint.model).toEqual(await model.stateDict());
    expect(checkpoint.ema).not.toEqual(checkpoint.model);
  });

  it('uses soft targets where batches bring them', async () => {
    const soft = {
      ...trainData,
      async *batches(epoch: number, start?: number) {
        for await (const batch of trainData.batches(epoch, start)) {
          yield { ...batch, targets: new Float32Array(batch.size * 3).fill(1 / 3) };
        }
      },
    };
    const events = await collect(
      train(options(model, { trainData: soft, schedule: constant(1), epochs: 60 })),
    );
    const row = ofType(events, 'epoch').at(-1)!.row;
    // Towards equal probabilities everywhere, whatever the labels: the loss's least is log 3.
    expect(row.trainLoss).toBeCloseTo(Math.log(3), 2);
    expect(row.valLoss).toBeCloseTo(Math.log(3), 1);
  });

  it('stops early when nothing gets better', async () => {
    const events = await collect(
      train(
        options(model, {
          epochs: 50,
          schedule: constant(0),
          optimizer: sgd({ momentum: 0 }),
          earlyStopping: { patience: 3 },
          // The running mean alone would move the results.
          statisticsMomentum: 1e-12,
        }),
      ),
    );
    expect(events.at(-1)).toMatchObject({ type: 'done', reason: 'earlyStopping' });
    const { history } = ofType(events, 'done')[0]!;
    expect(history.length).toBeLessThan(10);
    expect(events.at(-2)).toMatchObject({ type: 'checkpoint' });
  });

  it('lets timers and signals through between steps', async () => {
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    await collect(train(options(model, { epochs: 20 })));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });

  describe('errors', () => {
    const failure = async (more: Partial<TrainOptions>): Promise<TrainingError> =>
      await errorOf(collect(train(options(model, more))));

    it('stops at a loss that is not finite, after the last good checkpoint', async () => {
      const poisoned = {
        ...trainData,
        async *batches(epoch: number, start?: number) {
          for await (const batch of trainData.batches(epoch, start)) {
            if (epoch === 1) batch.images[3] = NaN;
            yield batch;
          }
        },
      };
      const events: TrainEvent[] = [];
      const error = await errorOf(
        (async () => {
          for await (const event of train(options(model, { trainData: poisoned }))) {
            events.push(event);
          }
        })(),
      );
      expect(error).toMatchObject({ code: 'NOT_FINITE', step: 6, learningRate: 0.1 });
      expect(String(error)).toMatch(/loss is NaN at step 6 \(learning rate 0.1\)/);
      expect(error).toMatchObject({ hint: expect.stringContaining('clip') as unknown });
      const { checkpoint } = ofType(events, 'checkpoint').at(-1)!;
      expect(checkpoint.epochsDone).toBe(1);
      expect(firstNotFinite(checkpoint.model)).toBeUndefined();
    });

    it('never makes a checkpoint of weights that are not finite', async () => {
      const reduceGradients: TrainOptions['reduceGradients'] = (gradients) =>
        new Map([...gradients].map(([path, g]) => [path, tf.fill(g.shape, 1e38)]));
      const error = await failure({
        reduceGradients,
        schedule: constant(1e3),
        checkpointEvery: { steps: 1 },
      });
      expect(error).toMatchObject({ code: 'NOT_FINITE', step: 1 });
      expect(error.message).toContain('fc.weight');
    });

    it('says which option cannot be', async () => {
      expect(await failure({ epochs: 0 })).toMatchObject({
        code: 'OPTION_INVALID',
        message: 'train: epochs is a positive integer, received 0',
      });
      expect((await failure({ labelSmoothing: 1 })).message).toContain(
        'labelSmoothing is in [0, 1)',
      );
      expect((await failure({ classes: ['a', 'a', 'b'] })).message).toContain('without duplicates');
      expect((await failure({ classes: ['a', 'b', 'c', 'd'] })).message).toMatch(
        /gives 3 logits an image, but 4 classes/,
      );
      expect((await failure({ learningRateScale: () => -1 })).message).toMatch(
        /learningRateScale\('fc.weight'\) is a number >= 0, received -1/,
      );
    });

    it('says what is wrong with a batch', async () => {
      const broken = {
        ...trainData,
        async *batches(epoch: number) {
          for await (const batch of trainData.batches(epoch)) {
            yield { ...batch, images: batch.images.subarray(1) };
          }
        },
      };
      expect(await failure({ trainData: broken })).toMatchObject({
        code: 'BATCH_INVALID',
        message: expect.stringContaining('images.length expected 24, received 23'),
      });
      const more = { ...trainData, batchesPerEpoch: 3 };
      expect((await failure({ trainData: more })).message).toContain('more than the 3 batches');
      const other = memoryData({
        images,
        labels: labels.map((l) => l + 1),
        imageShape,
        batchSize: 4,
      });
      expect((await failure({ trainData: other })).message).toContain(
        'a label expected 0 to 2, received 3',
      );
      const none = { ...trainData, async *batches() {} };
      expect(await failure({ trainData: none })).toMatchObject({ code: 'DATA_ENDED' });
    });

    it('frees what the forward pass left on the tape when it fails', async () => {
      const forward = model.forward.bind(model);
      const failing: LinearModel['forward'] = (images, options) => {
        const logits = forward(images, options);
        if (options?.training !== true) return logits;
        // As running out of memory would.
        relu(logits);
        throw new Error('out of memory');
      };
      model.forward = failing;
      await expect(collect(train(options(model)))).rejects.toThrow('out of memory');
      model.forward = forward;
      await collect(train(options(model)));
    });

    it('passes on what the data source throws', async () => {
      const broken = {
        ...trainData,
        // eslint-disable-next-line require-yield
        async *batches(): AsyncGenerator<never> {
          throw new Error('disk gone');
        },
      };
      await expect(collect(train(options(model, { trainData: broken })))).rejects.toThrow(
        'disk gone',
      );
    });
  });
});

/** The model's forward pass without anything that depends on the batch. */
function frozen(model: LinearModel): LinearModel['forward'] {
  const forward = model.forward.bind(model);
  return (images, options) => {
    const batchStatistics = options?.batchStatistics;
    if (batchStatistics !== undefined) {
      const [mean, variance] = [
        tf.keep(tf.zeros<tf.Rank.R1>([6])),
        tf.keep(tf.ones<tf.Rank.R1>([6])),
      ];
      batchStatistics.set('norm', { mean, variance });
    }
    return forward(images);
  };
}

async function errorOf(training: Promise<unknown>): Promise<TrainingError> {
  try {
    await training;
  } catch (error) {
    if (error instanceof TrainingError) return error;
    throw error;
  }
  return expect.unreachable('should have thrown');
}
