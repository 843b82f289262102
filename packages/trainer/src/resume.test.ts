import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../test/backends.ts';
import { collect, lastCheckpoint, ofType, timeless } from '../test/events.ts';
import { classes, patterns, tinyNet } from '../test/tiny-net.ts';
import {
  adamw,
  type Checkpoint,
  cosine,
  decodeCheckpoint,
  encodeCheckpoint,
  oneCycle,
  sgd,
  train,
  type TrainEvent,
  type TrainOptions,
} from './index.ts';

// 7 batches an epoch, two to a step: 4 steps, the last of one batch.
const trainData = patterns(100, 1, 8);
const valData = patterns(20, 2, 8);

const recipes: Record<string, Omit<TrainOptions, 'model'>> = {
  'sgd with one cycle': {
    classes,
    trainData,
    valData,
    epochs: 3,
    optimizer: sgd({ weightDecay: 1e-3 }),
    schedule: oneCycle({ learningRate: 0.1 }),
    labelSmoothing: 0.1,
    accumulate: 2,
    seed: 5,
  },
  'adamw with averages and clipping': {
    classes,
    trainData,
    valData,
    epochs: 3,
    optimizer: adamw(),
    schedule: cosine({ learningRate: 0.01, warmupEpochs: 0.5 }),
    ema: { decay: 0.9 },
    clipNorm: 1,
    logEvery: 3,
    seed: 6,
  },
};

/** What a finished training leaves behind, as far as it must not depend on stops. */
async function outcome(
  recipe: Omit<TrainOptions, 'model'>,
  resume?: Checkpoint,
): Promise<Record<string, unknown>> {
  // Another seed: resuming must replace all weights.
  const model = tinyNet(resume === undefined ? 1 : 99, 0.3, [4]);
  const events = await collect(train({ ...recipe, model, resume }));
  const weights = await model.stateDict();
  model.dispose();
  const done = ofType(events, 'done')[0]!;
  const { optimizer, ema, step } = lastCheckpoint(events);
  return { weights, optimizer, ema, step, best: done.best, history: timeless(done.history) };
}

/** Trains from new until `leave`, and hands over the last checkpoint by way of its files. */
async function interrupted(
  recipe: Omit<TrainOptions, 'model'>,
  leave: (event: TrainEvent) => boolean,
): Promise<Checkpoint> {
  const model = tinyNet(1, 0.3, [4]);
  let checkpoint: Checkpoint | undefined;
  for await (const event of train({ ...recipe, model })) {
    if (event.type === 'checkpoint') checkpoint = event.checkpoint;
    if (leave(event)) break;
  }
  model.dispose();
  return decodeCheckpoint(encodeCheckpoint(checkpoint!));
}

describeOn(['cpu', 'tensorflow'], () => {
  it.each(Object.keys(recipes))(
    '%s: stopped by the signal in the middle of an epoch, it ends in the same bits',
    async (name) => {
      const recipe = recipes[name]!;
      const before = tf.memory().numTensors;
      const straight = await outcome(recipe);
      const signal = { aborted: false };
      const events: TrainEvent[] = [];
      const checkpoint = await interrupted({ ...recipe, signal, logEvery: 1 }, (event) => {
        events.push(event);
        if (event.type === 'step' && event.epoch === 2 && event.step === 3) signal.aborted = true;
        return false;
      });
      expect(events.slice(-2).map(({ type }) => type)).toEqual(['checkpoint', 'stopped']);
      expect(events.at(-1)).toEqual({ type: 'stopped', epoch: 2, step: 3 });
      expect(checkpoint).toMatchObject({ epochsDone: 1, step: name.startsWith('sgd') ? 7 : 10 });
      expect(await outcome(recipe, checkpoint)).toEqual(straight);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('killed between checkpoints, it ends in the same bits', async () => {
    const recipe = { ...recipes['sgd with one cycle']!, checkpointEvery: { steps: 3 } };
    const straight = await outcome(recipe);
    const checkpoint = await interrupted(recipe, (e) => e.type === 'step' && e.epoch === 3);
    // Written at step 6, in the second epoch, and at that epoch's end.
    expect(checkpoint).toMatchObject({ epochsDone: 2, batchesDone: 0, step: 8 });
    expect(await outcome(recipe, checkpoint)).toEqual(straight);
    const earlier = await interrupted(
      recipe,
      (e) => e.type === 'step' && e.epoch === 2 && e.step === 3,
    );
    expect(earlier).toMatchObject({ epochsDone: 1, batchesDone: 4, step: 6 });
    expect(await outcome(recipe, earlier)).toEqual(straight);
  });
});

describeOn(['cpu'], () => {
  const recipe = recipes['sgd with one cycle']!;

  it('stopped in the validation, it validates when resumed', async () => {
    const straight = await outcome(recipe);
    const signal = { aborted: false };
    const stopping = {
      ...valData,
      async *batches(epoch: number) {
        signal.aborted = true;
        yield* valData.batches(epoch);
      },
    };
    const checkpoint = await interrupted({ ...recipe, signal, valData: stopping }, () => false);
    expect(checkpoint).toMatchObject({ epochsDone: 0, batchesDone: 7, history: [] });
    expect(await outcome(recipe, checkpoint)).toEqual(straight);
  });

  it('stopped before it began, it says so', async () => {
    const model = tinyNet(1, 0, [4]);
    const events = await collect(train({ ...recipe, model, signal: { aborted: true } }));
    expect(events.map(({ type }) => type)).toEqual(['start', 'checkpoint', 'stopped']);
    model.dispose();
  });

  it('tells what changed where it may, and refuses where it may not', async () => {
    const checkpoint = await interrupted(recipe, (e) => e.type === 'step' && e.epoch === 2);
    const resumed = async (more: Partial<TrainOptions>): Promise<TrainEvent[]> => {
      const model = tinyNet(1, 0, [4]);
      const before = tf.memory().numTensors;
      try {
        return await collect(train({ ...recipe, model, resume: checkpoint, ...more }));
      } finally {
        expect(tf.memory().numTensors).toBe(before);
        model.dispose();
      }
    };
    const [start] = ofType(await resumed({ epochs: 2, labelSmoothing: 0 }), 'start');
    expect(start!.resumed).toEqual({ epoch: 2, step: 1, changed: ['epochs', 'labelSmoothing'] });

    await expect(resumed({ optimizer: adamw() })).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringContaining('the optimizer differs: was sgd, is adamw'),
    });
    await expect(resumed({ ema: {} })).rejects.toThrow('ema differs: was off, is on');
    await expect(resumed({ classes: ['stripes', 'bars', 'checks', 'dots'] })).rejects.toThrow(
      "the class list differs: class 3 was 'blobs', is 'dots'",
    );
    const wider = tinyNet(1, 0, [6]);
    await expect(resumed({ model: wider })).rejects.toThrow(
      'conv1.weight is [3, 3, 3, 4] in the checkpoint, [3, 3, 3, 6] in the model',
    );
    wider.dispose();
    const state = new Map(checkpoint.optimizer);
    state.delete('momentum_buffer/fc.bias');
    await expect(resumed({ resume: { ...checkpoint, optimizer: state } })).rejects.toMatchObject({
      code: 'CHECKPOINT_INVALID',
      message: expect.stringContaining('momentum_buffer/fc.bias'),
    });
  });

  it('refuses other data in the middle of an epoch only', async () => {
    const signal = { aborted: false };
    const middle = await interrupted({ ...recipe, signal }, (event) => {
      if (event.type === 'step') signal.aborted = true;
      return false;
    });
    const model = tinyNet(1, 0, [4]);
    const other = train({ ...recipe, model, resume: middle, accumulate: 1 });
    await expect(collect(other)).rejects.toThrow(/accumulate differs: was 2, is 1.*middle/);
    model.dispose();
  });
});
