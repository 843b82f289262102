import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../test/backends.ts';
import { evaluate, memoryData, type TrainingError } from './index.ts';

// Each image is its logits.
const rows = [
  [2, 1, 0, 0, 0, -1],
  [0, 3, 1, 0, 0, 0],
  [5, 4, 3, 2, 1, 0],
  [0, 0, 0, 1, 0, 0],
  [1, 2, 0, 0, 0, 0],
];
const labels = [0, 1, 5, 3, 0];
const classes = ['a', 'b', 'c', 'd', 'e', 'f'];
const data = memoryData({
  images: Float32Array.from(rows.flat()),
  labels,
  imageShape: [1, 1, 6],
  batchSize: 2,
});
let trainings: (boolean | undefined)[] = [];
const model = {
  forward: (images: tf.Tensor4D, options?: { training?: boolean }): tf.Tensor2D => {
    trainings.push(options?.training);
    return tf.reshape<tf.Rank.R2>(images, [images.shape[0], 6]);
  },
};

describeOn(['cpu'], () => {
  it('counts hits, losses and confusions', async () => {
    trainings = [];
    const before = tf.memory().numTensors;
    const done: number[] = [];
    const result = await evaluate({ model, data, classes, onProgress: (n) => done.push(n) });
    // Three of five are first; the third image's class is the last of six, so not in the top 5.
    expect(result.top1).toBe(3 / 5);
    expect(result.top5).toBe(4 / 5);
    const losses = rows.map((row, i) => {
      const sum = row.reduce((total, logit) => total + Math.exp(logit), 0);
      return Math.log(sum) - row[labels[i]!]!;
    });
    expect(result.predictions.map(({ loss }) => loss)).toBeAllClose(losses);
    expect([result.loss]).toBeAllClose([losses.reduce((a, b) => a + b) / 5]);
    expect(result.predictions.map(({ predicted }) => predicted)).toEqual([0, 1, 0, 3, 1]);
    expect([result.predictions[3]!.probability]).toBeAllClose([Math.E / (Math.E + 5)]);
    expect(result.confusion.map((row) => [...row])).toEqual([
      [1, 1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [0, 0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
      [1, 0, 0, 0, 0, 0],
    ]);
    expect(result.perClass[0]).toEqual({
      label: 'a',
      precision: 1 / 2,
      recall: 1 / 2,
      f1: 1 / 2,
      support: 2,
    });
    expect(trainings).toEqual([false, false, false]);
    expect(done).toEqual([2, 4, 5]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has no top 5 of five classes', async () => {
    const five = memoryData({
      images: Float32Array.from(rows[0]!.slice(0, 5)),
      labels: [0],
      imageShape: [1, 1, 5],
      batchSize: 1,
    });
    const forward = (images: tf.Tensor4D): tf.Tensor2D => tf.reshape(images, [1, 5]);
    const result = await evaluate({ model: { forward }, data: five, classes: classes.slice(0, 5) });
    expect('top5' in result).toBe(false);
  });

  it('says what does not fit, and frees its tensors', async () => {
    const before = tf.memory().numTensors;
    const codeOf = async (run: Promise<unknown>): Promise<TrainingError['code']> =>
      await run.then(
        () => expect.unreachable(),
        (error: TrainingError) => error.code,
      );
    const fewer = classes.slice(0, 2);
    expect(await codeOf(evaluate({ model, data, classes: fewer }))).toBe('OPTION_INVALID');
    const more = [...classes, 'g'];
    expect(await codeOf(evaluate({ model, data, classes: more }))).toBe('OPTION_INVALID');
    const none = { ...data, async *batches() {} };
    expect(await codeOf(evaluate({ model, data: none, classes }))).toBe('DATA_ENDED');
    const signal = { aborted: true };
    expect(await codeOf(evaluate({ model, data, classes, signal }))).toBe('ABORTED');
    const lost = {
      forward: (x: tf.Tensor4D): tf.Tensor2D => tf.mul(model.forward(x), NaN),
    };
    expect(await codeOf(evaluate({ model: lost, data, classes }))).toBe('NOT_FINITE');
    expect(tf.memory().numTensors).toBe(before);
  });
});
